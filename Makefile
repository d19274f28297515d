# The menu. Each target is one script or cargo command; `make help` lists them.
.DEFAULT_GOAL := help
.PHONY: help bench-text relevance relevance-page dsl dsl-types run test check conformance fmt pages schema bench bench-engine bench-ingest kill-test kill-points seed chaos fuzz seed-check clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

run: ## build pages and binary, load and watch seeds/, serve on http://127.0.0.1:8080
	@scripts/run.sh

test: ## everything CI runs: format, lints, unit, contract, end-to-end, clients
	@scripts/test.sh

check: ## the fast part of test: format, lints, docs
	@scripts/check.sh

fmt: ## format the Rust code
	cargo fmt --all

pages: ## build the pages of web/ into web/dist
	@scripts/pages.sh

schema: ## write schema.graphql, docs/schema.md and docs/errors.md from the code
	UPDATE_SCHEMA=1 cargo test --locked -p wikimovie-api --test schema

dsl: ## write docs/dsl.md, questions beside their DSL, from the code
	UPDATE_DSL=1 cargo test --locked --workspace --test dsl

dsl-types: ## check the DSL against Elastic's own types, versions 8 and 9
	@scripts/dsl-types.sh

conformance: ## the same questions on every engine; prints the table and writes docs/conformance.md
	UPDATE_CONFORMANCE=1 cargo test --locked -p wikimovie-conformance -- --nocapture

relevance: ## scores of a golden list (GOLDEN=file MOVIES=folder ENGINE=embedded|elasticsearch7|opensearch3)
	@scripts/relevance.sh

relevance-page: ## docs/relevance.md: every engine beside a plain multi_match, on real movies
	UPDATE_RELEVANCE=1 cargo test --locked -p wikimovie-relevance --test engines -- --nocapture

bench: ## speed and memory on real movies; writes docs/performance.md (MOVIES=folder QUERIES=file)
	@scripts/bench.sh

bench-text: ## what reading a text costs, without any engine; into docs/performance.md
	@scripts/bench-text.sh

bench-engine: ## the gateway on search nodes beside the nodes themselves; into docs/performance.md
	@scripts/bench-engine.sh

bench-ingest: ## the ingest worker beside search nodes' own limit, its processor time and memory; into docs/performance.md
	@scripts/bench-ingest.sh

kill-test: ## kill a load at 50 seeded random moments and resume it (KILLS=n for another number)
	KILLS=$${KILLS:-50} cargo test --locked -p wikimovie --release --test kill -- --nocapture

seed: ## put seeds/ into the bucket of LocalStack (AWS_ENDPOINT), whose notifications feed the worker
	@cargo run --locked -q -p wikimovie-ingest --bin wikimovie-ingest -- seed s3 $(SEED_PATH)

chaos: ## random schedules of changes, faults and kills: N (1000) on fakes, REAL (50) on LocalStack and search nodes
	CHAOS_N=$${N:-1000} cargo test --locked -p wikimovie-ingest --test convergence embedded -- --nocapture
	CHAOS_REAL=$${REAL:-50} cargo test --locked -p wikimovie-ingest --test convergence real -- --nocapture

kill-points: ## kill -9 a worker at each named point of its work, ROUNDS (20) times, on LocalStack and search nodes
	KILL_ROUNDS=$${ROUNDS:-20} cargo test --locked -p wikimovie-ingest --test localstack killed_at_any_point -- --nocapture

fuzz: ## fuzz message parser, record reader and reading of texts, ten minutes each (SECONDS_EACH=n); needs nightly and cargo-fuzz
	@scripts/fuzz.sh

clean: ## remove what was built and the local catalogue
	rm -rf target web/dist data
