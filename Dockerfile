# One program in an empty root: no shell, no package manager, no root user.
#
# No image can be pulled or built on the machine this was written on. What could be shown there is shown by
# scripts/check-stack: the root that scripts/image-root lays out is entered as process 1 and uid 10001, a run writes its
# folder, and SIGTERM ends it with a drain and code 105. Not shown: that the base image's tag resolves, and this file.
#
# Linked to glibc, not to musl: musl's allocator is slow with a thread a core, and static glibc can't look up names.

FROM rust:1.95-slim-bookworm AS build
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY Cargo.toml Cargo.lock ./
COPY src src
COPY profiles profiles
COPY dashboards dashboards
COPY scripts/image-root scripts/image-root
# bench/ holds examples that Cargo.toml names; tests and benches are not built.
COPY bench/bounds bench/bounds
RUN cargo build --release --locked --bin loadagent && scripts/image-root target/release/loadagent /image

FROM scratch
COPY --from=build /image /
USER 10001:10001
WORKDIR /work
# The program is process 1 and has its own handlers: one SIGTERM drains and delivers, a second ends it at once.
STOPSIGNAL SIGTERM
ENTRYPOINT ["/loadagent"]
CMD ["--help"]
