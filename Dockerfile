# syntax=docker/dockerfile:1
# One image for every process: the whole product (`docker run`), or one part of it (docker-compose.yml).

FROM node:24-bookworm-slim AS build
WORKDIR /app
COPY .npmrc package.json package-lock.json ./
COPY scripts scripts
# As `npm start` installs: only what running it takes, with our patches. Node is the image's own, so npm's copy of it goes.
RUN --mount=type=cache,target=/root/.npm \
    node --input-type=module -e "import { ensureInstalled } from './scripts/install.mjs'; await ensureInstalled('production')" \
    && rm -rf node_modules/node-linux-*
COPY . .
# The playground is bundled here, once; what it was made from is needed no more.
RUN node --input-type=module -e "import { bundlePlayground } from './router/playground/bundle.ts'; await bundlePlayground()" \
    && rm -rf node_modules/monaco-editor node_modules/react-aria node_modules/react-stately node_modules/framer-motion node_modules/esbuild node_modules/@esbuild

# So is the web client: it only serves what is built here.
RUN node scripts/buildClient.ts \
    && rm -rf client/.next/cache node_modules/lucide-react node_modules/typescript node_modules/@typescript

FROM node:24-bookworm-slim
LABEL org.opencontainers.image.title="PurSight" \
      org.opencontainers.image.licenses="Apache-2.0"
ENV NODE_ENV=production \
    HOST=0.0.0.0 \
    DATA_DIR=/data
# The embedded PostgreSQL and the root key; empty where DATABASE_URL and SECRET_KEY are given.
RUN install -d -o node -g node -m 0700 /data
WORKDIR /app
# Owned by root: the process cannot change what it runs.
COPY --from=build /app .
# By number, so that Kubernetes can see that it is not root.
USER 1000:1000
VOLUME ["/data"]
EXPOSE 3000 4000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=120s --retries=3 CMD ["node", "deploy/healthy.mjs"]
CMD ["node", "--max-semi-space-size=4", "--optimize-for-size", "deploy/allInOne/main.ts"]
