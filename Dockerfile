# One image for each binary: `docker build --target wikimovie-api .` (or wikimovie-ingest, wikimovie).
#
# The binaries are linked statically (musl), so that an image holds the binary, certificates of public authorities and
# nothing else: no shell, no package manager, no user but an unprivileged one. The root file system is never written to:
# run it read-only.

ARG RUST_VERSION=1.95.0
ARG NODE_VERSION=22

# The pages, which the binaries hold. The same on every processor.
FROM --platform=$BUILDPLATFORM node:${NODE_VERSION}-bookworm-slim AS pages
WORKDIR /src/web
COPY web/package.json web/package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY web/ ./
COPY clients/operations/ ../clients/operations/
RUN npm run build

FROM rust:${RUST_VERSION}-slim-bookworm AS rust
# The compiler of the image, whatever rust-toolchain.toml asks for beside it.
ARG RUST_VERSION
ENV RUSTUP_TOOLCHAIN=${RUST_VERSION} CARGO_TERM_COLOR=never CARGO_INCREMENTAL=0
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates musl-tools \
    && rm -rf /var/lib/apt/lists/*
# chef: a layer of the dependencies, which stays while they do. auditable: the list of them in each binary, which scanners
# of images read.
RUN cargo install --locked cargo-chef@0.1.78 cargo-auditable@0.7.7 && rm -rf /usr/local/cargo/registry
RUN rustup target add "$(uname -m)-unknown-linux-musl" \
    && printf '[build]\ntarget = "%s-unknown-linux-musl"\n' "$(uname -m)" >/usr/local/cargo/config.toml
WORKDIR /src

FROM rust AS recipe
COPY . .
RUN cargo chef prepare --recipe-path /recipe.json

# What talks to a cluster, to S3 and to SQS.
FROM rust AS cluster
COPY --from=recipe /recipe.json /recipe.json
RUN cargo chef cook --release --locked --recipe-path /recipe.json --package wikimovie-api --package wikimovie-ingest
COPY . .
COPY --from=pages /src/web/dist web/dist
RUN cargo auditable build --release --locked --package wikimovie-api --package wikimovie-ingest --bins \
    && mkdir /out && cp target/*/release/wikimovie-api target/*/release/wikimovie-ingest /out/

# What talks to nothing: built alone, so that no other crate's features come into it.
FROM rust AS standalone
COPY --from=recipe /recipe.json /recipe.json
RUN cargo chef cook --release --locked --recipe-path /recipe.json --package wikimovie
COPY . .
COPY --from=pages /src/web/dist web/dist
RUN cargo auditable build --release --locked --package wikimovie --bins \
    && mkdir /out && cp target/*/release/wikimovie /out/

# What a file system must have for a program: an unprivileged user, certificates, a folder for temporary files and one
# for data.
FROM rust AS root
RUN mkdir -p /root-fs/etc/ssl/certs /root-fs/tmp /own/data \
    && printf 'nonroot:x:65532:65532:nonroot:/data:/sbin/nologin\n' >/root-fs/etc/passwd \
    && printf 'nonroot:x:65532:\n' >/root-fs/etc/group \
    && cp /etc/ssl/certs/ca-certificates.crt /root-fs/etc/ssl/certs/ \
    && chmod 1777 /root-fs/tmp

# What a release holds beside the images: the same binaries.
FROM scratch AS binaries
COPY --from=cluster /out/ /
COPY --from=standalone /out/ /

FROM scratch AS base
COPY --from=root /root-fs/ /
# Where a volume is mounted here it begins with this owner.
COPY --from=root --chown=65532:65532 /own/ /
ARG VERSION=0.0.0-dev
ARG REVISION=unknown
LABEL org.opencontainers.image.vendor="WIKIMovie" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
WORKDIR /data
USER 65532:65532

FROM base AS wikimovie-ingest
LABEL org.opencontainers.image.title="wikimovie-ingest" \
      org.opencontainers.image.description="Keeps a search cluster of movies equal to a bucket"
COPY --from=cluster /out/wikimovie-ingest /usr/local/bin/wikimovie-ingest
ENV WIKIMOVIE_ADMIN_LISTEN=0.0.0.0:9464 WIKIMOVIE_LOG_FORMAT=json
EXPOSE 9464
# It is ready when it has looked at the whole bucket for the first time.
HEALTHCHECK --interval=10s --timeout=5s --start-period=120s --retries=6 CMD ["/usr/local/bin/wikimovie-ingest", "health"]
ENTRYPOINT ["/usr/local/bin/wikimovie-ingest"]
CMD ["worker"]

FROM base AS wikimovie
LABEL org.opencontainers.image.title="wikimovie" \
      org.opencontainers.image.description="Movie search behind one GraphQL endpoint, with its index in a folder"
COPY --from=standalone /out/wikimovie /usr/local/bin/wikimovie
ENV ENV=production WIKIMOVIE_LISTEN=0.0.0.0:8080 WIKIMOVIE_DATA_DIR=/data
VOLUME /data
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s CMD ["/usr/local/bin/wikimovie", "health"]
ENTRYPOINT ["/usr/local/bin/wikimovie"]

# Last, so that it is what is built where no target is named.
FROM base AS wikimovie-api
LABEL org.opencontainers.image.title="wikimovie-api" \
      org.opencontainers.image.description="Movie search behind one GraphQL endpoint, on Elasticsearch or OpenSearch"
COPY --from=cluster /out/wikimovie-api /usr/local/bin/wikimovie-api
ENV ENV=production WIKIMOVIE_LISTEN=0.0.0.0:8080
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s CMD ["/usr/local/bin/wikimovie-api", "health"]
ENTRYPOINT ["/usr/local/bin/wikimovie-api"]
