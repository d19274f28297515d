# The menu. Each target is one script or cargo command; `make help` lists them.
.DEFAULT_GOAL := help
.PHONY: aws-walk help doors codegen tidy abuse security bench-text relevance relevance-page dsl dsl-types run test check config-docs monitoring conformance fmt pages schema bench bench-engine bench-cache bench-overload cost outage manifest kill-test seed chaos fuzz seed-check clean deploy-check deploy-check-full coverage bench-memory deploy-docs deps crates-alone bench-ingest kill-points

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

run: ## build pages and binary, load and watch seeds/, serve on http://127.0.0.1:8080
	@scripts/run.sh

test: ## everything CI runs, with the seconds of each phase (JOBS="check unit engines ingest pages deploy" for some)
	@cargo xtask test $(JOBS)

check: ## the fast part of test: format, structure, dependencies, lints, docs
	@cargo xtask test check

codegen: ## write all generated files that need neither a search node nor a data set
	@cargo xtask codegen

deps: ## licences, versions, sources and use of dependencies, and spelling
	@cargo xtask deps

crates-alone: ## each crate of the workspace tested by itself (CRATES="name name" for some)
	@cargo xtask crates-alone $(CRATES)

tidy: ## guards over the structure of the code: circles, names, imports, constants in docs, decision records
	@cargo xtask tidy

fmt: ## format the Rust code
	cargo fmt --all

pages: ## build the pages of web/ into web/dist
	@scripts/pages.sh

schema: ## write schema.graphql, docs/schema.md, docs/errors.md and docs/error-answers.md from the code
	@cargo xtask codegen schema

config-docs: ## write docs/configuration.md and docs/metrics.md from the code
	@cargo xtask codegen settings

monitoring: ## check and test the alert rules with promtool
	@scripts/monitoring.sh

dsl: ## write docs/dsl.md, questions beside their DSL, from the code
	@cargo xtask codegen dsl

dsl-types: ## check the DSL against Elastic's own types, versions 8 and 9
	@scripts/dsl-types.sh

conformance: ## the same questions on every engine; prints the table and writes docs/conformance.md
	@cargo xtask codegen conformance

relevance: ## scores of a golden list (GOLDEN=file MOVIES=folder ENGINE=embedded|elasticsearch7|opensearch3)
	@scripts/relevance.sh

relevance-page: ## docs/relevance.md: every engine beside a plain multi_match, on real movies
	@cargo xtask codegen relevance

bench: ## speed and memory on real movies; writes docs/performance.md (MOVIES=folder QUERIES=file)
	@scripts/bench.sh

bench-text: ## what reading a text costs, without any engine; into docs/performance.md
	@scripts/bench-text.sh

bench-engine: ## the gateway on search nodes beside the nodes themselves; into docs/performance.md
	@scripts/bench-engine.sh

bench-memory: ## what a million movies take on a search node and in the gateway; into docs/operations.md (FILES=movies.ndjson …)
	@scripts/bench-memory.sh

bench-cache: ## answers from memory beside a bare axum handler; into docs/performance.md (SECONDS_EACH=n ROUNDS=n)
	@scripts/bench-cache.sh

bench-overload: ## three times the sustainable load on one core; into docs/performance.md (SECONDS_EACH=n)
	@scripts/bench-overload.sh

cost: ## prices beside work: no operation takes 20 times as much for a point as a plain search (MOVIES=folder, REPORT=docs/security.md)
	@scripts/cost.sh

outage: ## the engine away for a minute under load, on each search node (OUTAGE_SECONDS=n)
	OUTAGE_SECONDS=$${OUTAGE_SECONDS:-60} cargo test --locked --workspace --test outage -- --nocapture

manifest: ## a manifest of trusted documents from clients/operations, on stdout
	@node clients/operations/manifest.mjs
bench-ingest: ## the ingest worker beside search nodes' own limit, its processor time and memory; into docs/performance.md
	@scripts/bench-ingest.sh

kill-test: ## kill a load at 50 seeded random moments and resume it (KILLS=n for another number)
	KILLS=$${KILLS:-50} cargo test --locked -p wikimovie --release --test kill -- --nocapture

seed: ## put seeds/ into the bucket of LocalStack (AWS_ENDPOINT), whose notifications feed the worker
	@cargo run --locked -q -p wikimovie-ingest --bin wikimovie-ingest -- seed s3 $(SEED_PATH)

doors: ## public checkers of REST and of the tools (OpenAPI, MCP), a generated client and an agent; reports in target/doors (MAX_EXAMPLES=n)
	@scripts/doors.sh

security: ## public security checkers against a gateway in production settings; reports in target/security
	@scripts/security.sh

abuse: ## 10,000 hostile requests beside honest clients; fails where those wait (N, SEED, MOVIES=folder)
	@scripts/abuse.sh $${N:-10000} $${SEED:-1}

chaos: ## random schedules of changes, faults and kills: N (1000) on fakes, REAL (50) on LocalStack and search nodes
	CHAOS_N=$${N:-1000} cargo test --locked --workspace --test convergence embedded -- --nocapture
	CHAOS_REAL=$${REAL:-50} cargo test --locked --workspace --test convergence real -- --nocapture

kill-points: ## kill -9 a worker at each named point of its work, ROUNDS (20) times, on LocalStack and search nodes
	KILL_ROUNDS=$${ROUNDS:-20} cargo test --locked --workspace --test localstack killed_at_any_point -- --nocapture

fuzz: ## fuzz message parser, record reader and reading of texts, ten minutes each (SECONDS_EACH=n); needs cargo-fuzz
	@scripts/fuzz.sh

deploy-check: ## images, compose, workflows, chart and Terraform: the fast gates, which test runs too
	@scripts/deploy-check.sh

deploy-docs: ## write the READMEs of the chart and of Terraform's modules from their files
	@scripts/deploy/docs-write.sh

deploy-check-full: ## the same, with images built and run, and a real Kubernetes API server
	@scripts/deploy-check.sh --full

aws-walk: ## the commands of docs/aws.md in their order, as far as a machine without an account can
	@scripts/aws-walk.sh

coverage: ## which lines the tests reach; writes target/coverage/ (needs cargo-llvm-cov, installs it)
	@scripts/coverage.sh

clean: ## remove what was built and the local catalogue
	rm -rf target web/dist data
