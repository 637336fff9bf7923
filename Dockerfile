# syntax=docker/dockerfile:1

# Builds dist/ and leaves only what runs: production packages and compiled code.
FROM node:24-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN --mount=type=cache,target=/var/cache/npm npm ci --cache=/var/cache/npm
COPY tsconfig.json tsconfig.build.json ./
COPY src ./src
RUN npm run build && npm prune --omit=dev

# What runs: no compiler, no npm scripts, no root. Every setting has an environment name too
# (docs/flags.md), which the service and the health check read alike.
FROM node:24-bookworm-slim
LABEL org.opencontainers.image.title="Spandrel" \
      org.opencontainers.image.description="In-memory Prometheus-compatible TSDB in a simulated Go heap" \
      org.opencontainers.image.licenses="Apache-2.0"
ENV NODE_ENV=production \
    NODE_OPTIONS=--v8-pool-size=1 \
    MALLOC_MMAP_THRESHOLD_=1048576 \
    MALLOC_TRIM_THRESHOLD_=4194304 \
    SPANDREL_WEB_LISTEN_ADDRESS=0.0.0.0:9201 \
    SPANDREL_STORAGE_PATH=/data
WORKDIR /app
RUN mkdir /data && chown node:node /data
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
USER node
VOLUME ["/data"]
EXPOSE 9201
STOPSIGNAL SIGTERM
# Compose asks more often at the start: --start-interval is not known to Podman 4.
HEALTHCHECK --interval=15s --timeout=5s --start-period=5m --retries=3 \
  CMD ["node", "dist/healthcheck.js"]
CMD ["node", "dist/main.js", "serve"]
