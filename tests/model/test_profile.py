# SPDX-License-Identifier: MIT
"""Profiles: what they are, and what is refused."""

import dataclasses

import pytest

from msi_its_model import DEFAULT_PROFILE, PROFILES, Profile


def test_profiles_are_known_by_their_names() -> None:
    assert {profile.name: profile for profile in PROFILES.values()} == PROFILES
    assert list(PROFILES) == ["e08751800", "08ec11066"]
    assert PROFILES["e08751800"] is DEFAULT_PROFILE
    assert all(profile.commit.startswith(name) for name, profile in PROFILES.items())


def test_profiles_differ_as_the_specification_says() -> None:
    rules = {
        name: (profile.checks_default_rid, profile.rid_offset_bits)
        for name, profile in PROFILES.items()
    }
    assert rules == {"e08751800": (False, 8), "08ec11066": (True, 16)}


def test_profile_is_a_value() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        DEFAULT_PROFILE.checks_default_rid = True  # type: ignore[misc]
    assert dataclasses.replace(DEFAULT_PROFILE) == DEFAULT_PROFILE


@pytest.mark.parametrize("bits", [7, 17])
def test_width_of_offsets_is_8_to_16(bits: int) -> None:
    with pytest.raises(
        ValueError, match=f"profile odd: rid_offset_bits must be 8 to 16, not {bits}"
    ):
        Profile("odd", "odd", checks_default_rid=True, rid_offset_bits=bits)


def test_wide_offsets_need_the_check() -> None:
    with pytest.raises(
        ValueError, match=r"profile odd: offsets of 9 bits .* set checks_default_rid"
    ):
        Profile("odd", "odd", checks_default_rid=False, rid_offset_bits=9)


def test_offset_that_is_too_wide_names_the_profiles_that_take_it() -> None:
    DEFAULT_PROFILE.check_rid_offset(0xFF)
    with pytest.raises(ValueError, match=r"under profile e08751800 .*0x100: .*profile 08ec11066$"):
        DEFAULT_PROFILE.check_rid_offset(0x100)


def test_offset_that_no_profile_takes_names_none() -> None:
    narrow = Profile("odd", "odd", checks_default_rid=True, rid_offset_bits=15)
    with pytest.raises(ValueError, match="rid_offset must fit in 16 bits"):
        narrow.check_rid_offset(0x1_0000)
