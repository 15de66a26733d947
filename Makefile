# SPDX-License-Identifier: MIT
# `make` or `make help` lists the targets. Each works from a fresh clone: what it needs is set up first.

PY := .venv/bin/python
ENGINE := rtl

# The design under test, where it is not the project's own: RTL=filelist.f TOP=name
DESIGN = $(if $(RTL),--rtl '$(RTL)') $(if $(TOP),--top '$(TOP)')

# The simulator's own make must not inherit the flags of this one, nor Python a foreign environment.
unexport MAKEFLAGS MFLAGS MAKELEVEL PYTHONPATH PYTHONHOME

# A variable that nothing reads is a typing error.
KNOWN := SEED WAVES TRACE ENGINE RTL TOP ONLY MUTANTS PYTHON PY
$(foreach name,$(.VARIABLES),$(if $(filter command,$(firstword $(origin $(name)))),\
  $(if $(filter $(KNOWN) MAKE% -%,$(name)),,$(error unknown variable $(name); there are: $(KNOWN)))))

.PHONY: help sim test compare faults formal lint regs setup clean distclean

help:
	@echo 'make sim [SEED=n] [WAVES=1]  run the regression: RTL against the golden model'
	@echo 'make test                    run the checks of make lint, then all tests, those of make sim included'
	@echo 'make compare TRACE="file [file...]" [ENGINE=rtl|model] [SEED=n]'
	@echo '                             replay your own traces on both (or on the model alone)'
	@echo '  RTL=filelist.f TOP=name    with sim and compare: test your own RTL'
	@echo 'make faults                  break the RTL on purpose, and show that the tests notice'
	@echo 'make formal [ONLY=name] [MUTANTS=1]'
	@echo '                             prove the RTL (or: show that each property can fail)'
	@echo 'make lint                    check the Python (ruff, mypy) and the RTL (Verilator, yosys)'
	@echo 'make regs                    regenerate the files that come from hdl/registers.rdl'
	@echo 'make setup [PYTHON=program]  make the private environment in .venv (all targets do it)'
	@echo 'make clean                   remove what builds and runs left behind'
	@echo 'make distclean               remove the private environment and all caches as well'

sim: setup
	@$(PY) -m tb sim $(DESIGN) $(if $(SEED),--seed '$(SEED)') $(if $(filter-out 0,$(WAVES)),--waves)

test: lint
	@$(PY) -m pytest

# Without a trace, say so before anything is set up.
compare: $(if $(strip $(TRACE)),setup)
	@$(if $(strip $(TRACE)),,$(error usage: make compare TRACE="file [file...]" [ENGINE=rtl|model]))\
	$(PY) -m tb compare $(DESIGN) --engine '$(ENGINE)' $(if $(SEED),--seed '$(SEED)') -- $(TRACE)

faults: setup
	@$(PY) -m tools.faults

formal: setup
	@$(PY) -m tools.formal $(if $(ONLY),--only '$(ONLY)') $(if $(filter-out 0,$(MUTANTS)),--mutants)

lint: setup
	$(PY) -m ruff check --quiet
	$(PY) -m ruff format --check --quiet
	$(PY) -m mypy --strict
	$(PY) -m tools.registers --check
	$(PY) -m tools.lint_hdl

regs: setup
	$(PY) -m tools.registers

setup:
	@sh tools/setup.sh

clean:
	rm -rf build
	find models tb tests tools -name __pycache__ -prune -exec rm -rf {} +

distclean: clean
	rm -rf .venv .cache .hypothesis
