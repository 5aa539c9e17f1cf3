# syntax=docker/dockerfile:1
# One image a process, for the services and, as WORKSPACE=local, for the step that creates queues and tables:
#   docker build --build-arg WORKSPACE=services/order-api --build-arg PORT=8000 -t order-api .
ARG NODE_VERSION=24.21.0

# What decides about the packages, alone: changed sources do not install them again.
FROM node:${NODE_VERSION}-slim AS manifests
WORKDIR /app
COPY package.json package-lock.json .npmrc tsconfig.base.json tsconfig.json ./
COPY bench/package.json bench/
COPY e2e/package.json e2e/
COPY examples/shop/package.json examples/shop/
COPY infra/package.json infra/
COPY k8s/package.json k8s/
COPY local/package.json local/
COPY packages/client/package.json packages/client/
COPY packages/connect-grpc-js/package.json packages/connect-grpc-js/
COPY packages/contracts/package.json packages/contracts/
COPY packages/order-protocol/package.json packages/order-protocol/
COPY packages/platform/package.json packages/platform/
COPY services/operations/package.json services/operations/
COPY services/operations/web/package.json services/operations/web/
COPY services/order-api/package.json services/order-api/
COPY services/order-processor/package.json services/order-processor/
COPY services/scoring/package.json services/scoring/
COPY services/webhooks/package.json services/webhooks/
COPY sim/package.json sim/

FROM manifests AS build
ARG WORKSPACE
RUN --mount=type=cache,target=/root/.npm \
    npm ci --ignore-scripts --include-workspace-root --workspace "${WORKSPACE}" --workspace services/operations/web
COPY packages packages
COPY services services
COPY local local
RUN node node_modules/typescript/bin/tsc -b "${WORKSPACE}" \
    && mkdir /out \
    && cp -r --parents packages/*/dist "${WORKSPACE}/dist" /out \
    && if [ "${WORKSPACE}" = services/operations ]; then \
      node services/operations/web/scripts/build.mjs && cp -r --parents services/operations/web/dist /out; fi \
    && find "${WORKSPACE}" -maxdepth 1 -name openapi.json -exec cp --parents {} /out \;

FROM manifests AS production
ARG WORKSPACE
RUN --mount=type=cache,target=/root/.npm \
    npm ci --ignore-scripts --omit=dev --omit=optional --workspace "${WORKSPACE}"

FROM node:${NODE_VERSION}-slim
ARG WORKSPACE
ARG PORT=8000
ARG VERSION=unknown
LABEL org.opencontainers.image.title="${WORKSPACE}" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.licenses="MIT"
ENV NODE_ENV=production \
    NODE_OPTIONS=--enable-source-maps \
    PORT=${PORT} \
    SERVICE_VERSION=${VERSION}
WORKDIR /app
# Manifests and lock file stay in the image: scanners read from them what is in it.
COPY --from=production /app ./
COPY --from=build /out ./
WORKDIR /app/${WORKSPACE}
USER 1000:1000
EXPOSE ${PORT}
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
    CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/health`).then((r)=>process.exit(r.ok?0:1),()=>process.exit(1))"]
# Without a shell between, SIGTERM reaches Node.
CMD ["node", "dist/main.js"]
