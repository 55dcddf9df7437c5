# make train   creates the environment, trains on MNIST, shows the result
# make test    creates the environment, runs all tests      (TORCH=0: those that need no PyTorch)
# make lint    ruff and mypy
# make prove   shows that every assignment holds: what is handed out is built from what is solved, and graded right
# make mutants plants faults in the gradients, and shows that the tests see them
# make bench   measures speed and memory beside PyTorch, JAX, Keras, scikit-learn and autograd (benchmarks/README.md)
#
# Needs Python 3.11 or newer: `make train PYTHON=python3.13` chooses one. VENV=... puts the environment elsewhere.

PYTHON ?= python3
VENV ?= .venv
TORCH ?= 1
ARGS ?=
TESTS ?=

# One BLAS thread: the products are small, the bits do not depend on the number of cores, and a busy machine does not
# stall. OMP_NUM_THREADS=2 make train uses two.
export OMP_NUM_THREADS ?= 1

# The benchmark's environment is its own: what it compares with is no part of the tests.
BENCH_VENV ?= .venv-bench
PEERS ?= jax keras scikit-learn autograd

BIN := $(VENV)/$(if $(filter Windows_NT,$(OS)),Scripts,bin)
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt
READY := $(VENV)/.ready
TORCH_PIN := $(shell grep '^torch==' constraints.txt)

.PHONY: train test lint prove mutants bench run-bench wheel clean help

help:
	@sed -n 's/^# \(make .*\)/\1/p' Makefile

train: $(READY)-train
	$(BIN)/beras train $(ARGS)

ifeq ($(TORCH),0)
test: $(READY)-test
	$(BIN)/python -m pytest -n 2 -m "not torch" $(TESTS)
else
test: $(READY)-torch
	$(BIN)/python -m pytest -n 2 $(TESTS)
endif

lint: $(READY)-lint $(READY)-torch  # mypy reads the types of torch
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

prove: $(READY)-torch
	$(BIN)/beras course build --check
	$(BIN)/beras course prove $(ARGS)

mutants: $(READY)-torch
	$(BIN)/python -m tests.mutants $(ARGS)

bench:
	@$(MAKE) --no-print-directory run-bench VENV=$(BENCH_VENV)

run-bench: $(READY)-bench
	$(BIN)/python -m benchmarks $(ARGS)

wheel: $(READY)-lint
	$(BIN)/python -m build --wheel --no-isolation --outdir dist .

$(READY):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "beras needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) --version 2>&1). Try: make $(MAKECMDGOALS) PYTHON=python3.13"; exit 1; }
	@echo "Creating the environment in $(VENV)."
	@$(PYTHON) -m venv $(VENV)
	@touch $@

$(READY)-train: $(READY) pyproject.toml constraints.txt
	@echo "Installing beras with numpy, rich, typer, safetensors, matplotlib and pillow (about 40 MB)."
	@$(PIP) --editable ".[viz]"
	@touch $@

$(READY)-test: $(READY)-train
	@echo "Installing the test tools: pytest, hypothesis, autograd, scikit-learn, jupytext, IPython (about 80 MB)."
	@$(PIP) --editable ".[viz,test]"
	@touch $@

$(READY)-torch: $(READY)-test
	@echo "Installing PyTorch, the gradient oracle, Keras, and diffusers with transformers (250 MB with the CPU build of"
	@echo "PyTorch; where pip finds the CUDA build, gigabytes: the README says how to choose; 'make test TORCH=0' does"
	@echo "without all of them)."
	@$(PIP) "$(TORCH_PIN)"
	@$(PIP) --editable ".[viz,keras,tensorboard,test,test-torch,diffusion]"
	@touch $@

# PyTorch first and alone, so that its pin decides which build comes. What cannot be installed is a line in the tables.
$(READY)-bench: $(READY) pyproject.toml constraints.txt benchmarks/constraints.txt
ifneq ($(TORCH),0)
	@echo "Installing PyTorch (200 MB for the CPU build; where pip finds the CUDA build, gigabytes: TORCH=0 does without)."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check "$(TORCH_PIN)" || echo "PyTorch is left out."
endif
	@echo "Installing beras and its peers: $(PEERS) (300 MB)."
	@$(PIP) --editable . matplotlib psutil threadpoolctl
	@for peer in $(PEERS); do $(PIP) --constraint benchmarks/constraints.txt $$peer || echo "$$peer is left out."; done
	@touch $@

$(READY)-lint: $(READY)-test
	@echo "Installing ruff, mypy and build."
	@$(PIP) --editable ".[viz,test,dev]"
	@touch $@

clean:
	rm -rf $(VENV) $(BENCH_VENV) dist
