# SPDX-License-Identifier: MIT
# `make` or `make help` lists the targets. Each works from a fresh clone: what it needs is set up first.

PY := .venv/bin/python
ENGINE := rtl

# The design under test, where it is not the project's own: RTL=filelist.f TOP=name
DESIGN = $(if $(RTL),--rtl '$(RTL)') $(if $(TOP),--top '$(TOP)')

# The simulator's own make must not inherit the flags of this one, nor Python a foreign environment.
unexport MAKEFLAGS MFLAGS MAKELEVEL PYTHONPATH PYTHONHOME

# A variable that nothing reads is a typing error.
KNOWN := SEED SEEDS JOBS N RESUME SET TEST WAVES TRACE ENGINE DOCS ONLY MUTANTS RTL TOP PYTHON PY
$(foreach name,$(.VARIABLES),$(if $(filter command,$(firstword $(origin $(name)))),\
  $(if $(filter $(KNOWN) MAKE% -%,$(name)),,$(error unknown variable $(name); there are: $(KNOWN)))))

.PHONY: help sim regress coverage test compare exhaustive bench faults formal synth mutate lint regs setup clean distclean

help:
	@echo 'make sim [SEED=n] [WAVES=1]  run every test once: RTL against the golden model'
	@echo '  SET=name TEST=module.test  only one parameter set, only one test'
	@echo 'make regress [SEEDS=n] [SEED=n] [JOBS=n] [RESUME=1]'
	@echo '                             run many seeds on all parameter sets, with coverage and a report'
	@echo 'make coverage                make regress, and fail unless everything is covered'
	@echo 'make test                    run the checks of make lint, then all tests, those of make sim included'
	@echo 'make compare TRACE="file [file...]" [ENGINE=rtl|model|bulk|signals] [SEED=n]'
	@echo '                             replay your own traces on both (or on the model alone);'
	@echo '                             on the RTL in bulk, or signal by signal: by their length'
	@echo 'make exhaustive [SEED=n]     try all bus ranges with all requester buses'
	@echo 'make bench [DOCS=1]          measure the throughput (DOCS: and write docs/performance.md)'
	@echo '  RTL=filelist.f TOP=name    with sim, regress, compare, exhaustive, bench: your own RTL'
	@echo 'make faults [ENGINE=bulk] [ONLY=name]'
	@echo '                             break the RTL on purpose, and show that the tests notice'
	@echo 'make formal [ONLY=name] [MUTANTS=1]'
	@echo '                             prove the RTL (or: show that each property can fail)'
	@echo 'make synth [ONLY=name]       measure area and clock frequency on an ECP5 FPGA'
	@echo 'make mutate [N=n] [SEED=n] [JOBS=n] [ONLY=number]'
	@echo '                             measure the mutation score of the tests (or: try one mutant)'
	@echo 'make lint                    check the Python (ruff, mypy) and the RTL (Verilator, yosys)'
	@echo 'make regs                    regenerate the files that come from hdl/registers.rdl'
	@echo 'make setup [PYTHON=program]  make the private environment in .venv (all targets do it)'
	@echo 'make clean                   remove what builds and runs left behind'
	@echo 'make distclean               remove the private environment and all caches as well'

sim: setup
	@$(PY) -m tb sim $(DESIGN) $(if $(SEED),--seed '$(SEED)') $(if $(filter-out 0,$(WAVES)),--waves) \
	  $(if $(SET),--set '$(SET)') $(if $(TEST),--test '$(TEST)')

regress coverage: setup
	@$(PY) -m tb $@ $(DESIGN) $(if $(SEED),--seed '$(SEED)') $(if $(SEEDS),--seeds '$(SEEDS)') \
	  $(if $(JOBS),--jobs '$(JOBS)') $(if $(filter-out 0,$(RESUME)),--resume)

test: lint
	@$(PY) -m pytest

# Without a trace, say so before anything is set up.
compare: $(if $(strip $(TRACE)),setup)
	@$(if $(strip $(TRACE)),,$(error usage: make compare TRACE="file [file...]" [ENGINE=rtl|model|bulk|signals]))\
	$(PY) -m tb compare $(DESIGN) --engine '$(ENGINE)' $(if $(SEED),--seed '$(SEED)') -- $(TRACE)

exhaustive: setup
	@$(PY) -m tb exhaustive $(DESIGN) $(if $(SEED),--seed '$(SEED)')

bench: setup
	@$(PY) -m tb bench $(DESIGN) $(if $(SEED),--seed '$(SEED)') $(if $(filter-out 0,$(DOCS)),--docs)

faults: setup
	@$(PY) -m tools.faults --engine '$(ENGINE)' $(if $(ONLY),--only '$(ONLY)') $(if $(SEED),--seed '$(SEED)')

formal: setup
	@$(PY) -m tools.formal $(if $(ONLY),--only '$(ONLY)') $(if $(filter-out 0,$(MUTANTS)),--mutants)

synth:
	@sh tools/setup.sh synth
	@$(PY) -m tools.synth $(if $(ONLY),--only '$(ONLY)')

mutate: setup
	@$(PY) -m tools.mutate $(if $(N),--n '$(N)') $(if $(SEED),--seed '$(SEED)') \
	  $(if $(JOBS),--jobs '$(JOBS)') $(if $(ONLY),--only '$(ONLY)')

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
