# Every target but help and clean first makes the checkout ready, which is silent when it is.
# ARGS goes to the command behind a target: make run ARGS="--plan", make test ARGS="-m 'not slow'".

.PHONY: help ready run test check image bench bench-serving wire lock clean

help: ## show this list
	@sed -n 's/^\([a-z-]*\):.*## /  make \1	/p' Makefile

ready: ## set up what is missing in .venv
	@./bootstrap.sh

run: ready ## run the pipeline: from rows to a pushed model
	@.venv/bin/tfxp run $(ARGS)

test: ready ## run all tests
	@.venv/bin/python -m pytest --numprocesses auto --dist loadfile --no-loadscope-reorder $(ARGS)

check: ready ## lint, formatting, types, and which room imports which
	@.venv/bin/ruff check
	@.venv/bin/ruff format --check
	@.venv/bin/mypy
	@.venv/bin/lint-imports --no-logo

image: ready ## build the container image of the steps, with docker or buildah (docs/image.md)
	@.venv/bin/python kubeflow/build_image.py $(ARGS)

bench: ready ## compare with TFX on the same rows, and with LightGBM on public tables
	@.venv/bin/python benchmarks/compare.py $(ARGS)
	@.venv/bin/python benchmarks/ingest.py $(ARGS)
	@.venv/bin/python benchmarks/evaluator.py $(ARGS)
	@.venv/bin/python benchmarks/quality.py
	@.venv/bin/python benchmarks/bulk.py $(ARGS)

bench-serving: ready ## load the model server, beside FastAPI and the model in process; then roll out below load
	@.venv/bin/python benchmarks/serving_compare.py $(ARGS)
	@.venv/bin/python benchmarks/serving_rollout.py
	@.venv/bin/python benchmarks/serving_memory.py

wire: ready ## compile the client's messages after a change of wire.proto
	@.venv/bin/python -m grpc_tools.protoc -I client/tfxp_client --descriptor_set_out \
	  client/tfxp_client/wire.binpb client/tfxp_client/wire.proto

lock: ## remake requirements.lock and bootstrap.lock from setup.py (ARGS=--upgrade for newer versions)
	@./bootstrap.sh lock $(ARGS)

clean: ## delete all state: runs, models, logs
	rm -rf var
