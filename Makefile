# SPDX-License-Identifier: MIT
# `make` or `make help` lists the targets. Each works from a fresh clone: what it needs is set up first.

PY := .venv/bin/python

# ---- variables: which target reads which -----------------------------------------------------------

DESIGN := RTL TOP
READ_sim := SEED SET TEST PROFILE WAVES JOBS SVA $(DESIGN)
READ_regress := SEED SEEDS JOBS RESUME SET TEST FAILED PROFILE FARM PER_TASK SBATCH SVA $(DESIGN)
READ_coverage := $(READ_regress)
READ_compare := TRACE LEVEL ENGINE SEED PROFILE WAVES BRIDGE SVA $(DESIGN)
READ_import := FROM KIND OUT ROUTES
READ_export := TRACE OUT PROFILE
READ_exhaustive := SEED PROFILE $(DESIGN)
READ_bench := SEED DOCS PROFILE $(DESIGN)
READ_faults := LEVEL ENGINE ONLY SEED $(DESIGN)
# RTL and TOP are read to say why they cannot be proven.
READ_formal := ONLY FAULTS MUTANTS JOBS $(DESIGN)
READ_synth := ONLY $(DESIGN)
READ_topologies := SEED SEEDS JOBS
READ_mutate := N SEED JOBS ONLY $(DESIGN)
# Old names, which are understood until the next release.
RENAMED := ENGINE MUTANTS
# What every target may be told: how the environment is made, and with which Verilator.
READ_ALWAYS := PYTHON PY VERILATOR_ROOT

TARGETS := $(or $(MAKECMDGOALS),help)
NAMES := $(sort $(foreach target,sim regress compare import export bench faults formal synth mutate,$(READ_$(target))))
READ := $(sort $(foreach target,$(TARGETS),$(READ_$(target))))
GIVEN := $(foreach name,$(.VARIABLES),$(if $(filter command,$(firstword $(origin $(name)))),\
  $(filter-out MAKE% -%,$(name))))

# Each value goes to Python in the environment, and as it was written: `value` does not expand it.
$(foreach name,$(GIVEN),$(eval override $(name) := $$(value $(name))))
export $(filter-out PY,$(GIVEN))
export MAKE_GIVEN := $(GIVEN)
export MAKE_READ := $(READ)

# A variable that nothing reads is a mistake: what the user meant by it would be left out in silence.
$(foreach name,$(GIVEN),$(if $(filter $(name),$(READ) $(READ_ALWAYS)),,$(if $(filter $(name),$(NAMES)),\
  $(error make $(TARGETS) does not read $(name); it reads $(or $(filter-out $(RENAMED),$(READ)),no variables)),\
  $(error unknown variable $(name); there are: $(filter-out $(RENAMED),$(NAMES)) $(READ_ALWAYS)))))
$(foreach name,$(filter-out ONLY,$(GIVEN)),$(if $(value $(name)),,\
  $(error $(name)= is empty: give it a value or leave it out)))

# The simulator's own make must not inherit the flags of this one, nor Python a foreign environment.
unexport MAKEFLAGS MFLAGS MAKELEVEL
unexport $(filter-out PYTHON PYTHONUNBUFFERED PYTHONIOENCODING PYTHONUTF8,$(filter PYTHON%,$(.VARIABLES)))

# ---- targets ---------------------------------------------------------------------------------------

.PHONY: help sim regress coverage topologies test compare import export exhaustive bench faults formal synth mutate lint regs setup clean distclean

help:
	@echo 'make sim [SEED=n] [WAVES=1] [JOBS=n]'
	@echo '                             run every test once: RTL against the golden model'
	@echo '  SET=name TEST=module.test  only one parameter set, only one test'
	@echo 'make regress [SEEDS=n] [SEED=n] [JOBS=n] [RESUME=1]'
	@echo '                             run many seeds on all parameter sets, with coverage and a report'
	@echo '  SET=name TEST=module.test  only one parameter set, only one test; FAILED=1: only what failed before'
	@echo '  FARM=slurm [PER_TASK=n] [SBATCH="option..."]: on a cluster; FARM=manual: on any, docs/cluster.md'
	@echo 'make coverage                make regress, and fail unless everything is covered'
	@echo 'make topologies [SEEDS=n] [SEED=n] [JOBS=n]'
	@echo '                             run random topologies of PCIe (cocotbext-pcie) in front of the RTL;'
	@echo '                             make regress does it, too, unless it is told to run a part, or other RTL'
	@echo 'make test                    run the checks of make lint, then all tests, those of make sim included'
	@echo 'make compare TRACE="file [file...]" [LEVEL=pin|batch|model] [SEED=n] [WAVES=1] [BRIDGE=axi]'
	@echo '                             replay your own traces on both (or on the model alone);'
	@echo '                             on the RTL on the batched path, or at pin level: by their length;'
	@echo '                             BRIDGE=axi: messages are bus writes, among random DMA'
	@echo 'make import FROM="log [file...]" [KIND=name] [ROUTES=1] OUT=trace.jsonl'
	@echo '                             make a trace of a log of QEMU, Linux, OpenVMM, or of a table (CSV);'
	@echo '                             make compare does it by itself, if TRACE is such a log'
	@echo 'make export TRACE="file [file...]" [OUT=file.html|.svg|.txt|.csv]'
	@echo '                             draw traces as a timeline, or write them as a table for people'
	@echo 'make exhaustive [SEED=n]     try all bus ranges with all requester buses'
	@echo 'make bench [SEED=n] [DOCS=1] measure the throughput (DOCS: and write docs/performance.md)'
	@echo '  PROFILE=name               with sim, regress, coverage, compare, export, exhaustive, bench: whose rules hold'
	@echo '  RTL=filelist.f TOP=name    with sim, regress, coverage, compare, exhaustive, bench, mutate,'
	@echo '                             faults, synth: your own RTL'
	@echo '  SVA=0                      with sim, regress, coverage, compare: without the assertions of hdl/sva'
	@echo 'make faults [LEVEL=batch] [ONLY=name] [SEED=n] (ONLY= lists the names, here and below)'
	@echo '                             break the RTL on purpose, and show that the tests notice'
	@echo 'make formal [ONLY=name] [FAULTS=1] [JOBS=n]'
	@echo '                             prove the RTL (or: show that each property can fail)'
	@echo 'make synth [ONLY=name]       measure area and clock frequency on an ECP5 FPGA'
	@echo 'make mutate [N=n] [SEED=n] [JOBS=n] [ONLY=number]'
	@echo '                             measure the mutation score of the tests (or: try one mutant)'
	@echo 'make lint                    check the Python (ruff, mypy, layers), the RTL (Verilator, yosys), licences'
	@echo 'make regs                    regenerate what comes from the register map, docs/schemas, the sources in Bender.yml'
	@echo '                             and msi_its.core'
	@echo 'make setup [PYTHON=program]  make the private environment in .venv (all targets do it)'
	@echo 'make clean                   remove what builds and runs left behind'
	@echo 'make distclean               remove the private environment and all caches as well'

sim exhaustive bench: setup
	@$(PY) -m cocotbext.msi_its $@

# Topologies go with a whole regression, as it is by default; what interrupts the one ends both.
ONE := $(filter-out SEED SEEDS JOBS PYTHON PY VERILATOR_ROOT,$(GIVEN))
regress coverage: setup
	@status=0; $(PY) -m cocotbext.msi_its $@ || status=$$?; \
	$(if $(ONE),,[ $$status -gt 128 ] || $(PY) -m tools.topologies || status=$$?;) exit $$status

topologies: setup
	@$(PY) -m tools.topologies

# What this make was given is not for those that the tests start.
test: lint
	@unset MAKE_GIVEN MAKE_READ; $(PY) -m pytest

# Without a trace, say so before anything is set up.
compare: $(if $(value TRACE),setup)
	@$(if $(value TRACE),,$(error usage: make compare TRACE="file [file...]" [LEVEL=pin|batch|model]))\
	$(PY) -m cocotbext.msi_its compare

export: $(if $(value TRACE),setup)
	@$(if $(value TRACE),,$(error usage: make export TRACE="file [file...]" [OUT=file.html|.svg|.txt|.csv]))\
	$(PY) -m cocotbext.msi_its export

import: $(if $(and $(value FROM),$(value OUT)),setup)
	@$(if $(and $(value FROM),$(value OUT)),,$(error usage: make import FROM="log [file...]" [KIND=name] OUT=trace.jsonl))\
	$(PY) -m cocotbext.msi_its import

faults formal mutate: setup
	@$(PY) -m qualify.$@

synth:
	@sh tools/setup.sh synth
	@$(PY) -m tools.synth

lint: setup
	$(PY) -m ruff check --quiet
	$(PY) -m ruff format --check --quiet
	$(PY) -m mypy --strict
	$(PY) -m tools.lint_layers
	@if git rev-parse 2>/dev/null; then echo '$(PY) -m reuse lint --lines'; $(PY) -m reuse lint --lines; \
	else echo 'not checked, as git knows nothing of this folder: licences'; fi
	$(PY) -m tools.registers --check
	$(PY) -m tools.forms --check
	$(PY) -m tools.lint_hdl

regs: setup
	$(PY) -m tools.registers
	$(PY) -m tools.schemas
	$(PY) -m tools.forms

setup:
	@sh tools/setup.sh

clean:
	rm -rf build
	find examples models qualify tb tests tools -name __pycache__ -prune -exec rm -rf {} +

distclean: clean
	rm -rf .venv .cache .hypothesis
