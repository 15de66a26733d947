# SPDX-License-Identifier: MIT
"""Profiles: which OpenVMM's behaviour, where one version of it differs from another.

This is the one place where a profile is defined. Code asks a profile for its properties, never for
its name: another version that is made of known properties is one more value in `PROFILES`.
"""

from dataclasses import dataclass
from typing import Final

from .widths import DEVFN_BITS, RID_BITS, check_width


@dataclass(frozen=True, slots=True)
class Profile:
    """A version of the behaviour: what OpenVMM does as of one commit.

    `name` is what PROFILE= and a trace's header say, `commit` the commit and its date.
    `checks_default_rid` says whether the bus of a target's own requester ID is held against its
    range (R2, R8); `rid_offset_bits`, 8 to 16, how wide the offset is that this ID is made of (R5).

    Raises ValueError for other widths, and for offsets of more than 8 bits without the check: their
    sum with the secondary bus may not fit a requester ID, and no rule says what is sent then.
    """

    name: str
    commit: str
    checks_default_rid: bool
    rid_offset_bits: int

    def __post_init__(self) -> None:
        """Refuse what no rule covers."""
        bits = self.rid_offset_bits
        if not DEVFN_BITS <= bits <= RID_BITS:
            raise ValueError(f"profile {self.name}: rid_offset_bits must be 8 to 16, not {bits}")
        if bits > DEVFN_BITS and not self.checks_default_rid:
            raise ValueError(
                f"profile {self.name}: offsets of {bits} bits may carry out of a requester ID, so "
                "its bus has to be checked: set checks_default_rid, or rid_offset_bits to 8"
            )

    def check_rid_offset(self, rid_offset: int) -> None:
        """Refuse an offset that is wider than this profile has it (16 bits at most).

        Raises TypeError if it is not an int, ValueError that names the profile and says which
        others would take it.
        """
        check_width("rid_offset", rid_offset, RID_BITS)
        if rid_offset >> self.rid_offset_bits:
            others = [
                profile.name
                for profile in PROFILES.values()
                if not rid_offset >> profile.rid_offset_bits
            ]
            wider = f", or take profile {' or '.join(others)}" if others else ""
            raise ValueError(
                f"rid_offset must fit in {self.rid_offset_bits} bits under profile {self.name} "
                f"(0..{(1 << self.rid_offset_bits) - 1:#x}), not {rid_offset:#x}: "
                f"give a smaller one{wider}"
            )


DEFAULT_PROFILE: Final = Profile(
    name="e08751800",
    commit="e08751800 (2026-05-14)",
    checks_default_rid=False,
    rid_offset_bits=8,
)
"""What is meant where no profile is named."""

PROFILES: Final[dict[str, Profile]] = {
    profile.name: profile
    for profile in (
        DEFAULT_PROFILE,
        Profile(
            name="08ec11066",
            commit="08ec11066 (2026-06-23, #3786)",
            checks_default_rid=True,
            rid_offset_bits=16,
        ),
    )
}
"""All profiles, by name."""
