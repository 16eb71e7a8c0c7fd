# One image for a node, and for a devnet's chain and market: docker-compose.yml starts all of them from it.
# The full image brings python3, make and g++, which better-sqlite3 needs where no prebuilt binary can be fetched.
FROM node:24-bookworm AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY . .
# What runs needs neither the tools of development nor forge; anvil stays, for the devnet.
RUN npm run build && npm prune --omit=dev && rm -rf node_modules/@foundry-rs/forge-linux-amd64

FROM node:24-bookworm-slim
ENV NODE_ENV=production
WORKDIR /app
COPY --from=build /app/package.json /app/LICENSE ./
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/dist dist
COPY --from=build /app/config config
COPY --from=build /app/feeds feeds
RUN printf '#!/bin/sh\nexec node --max-semi-space-size=32 --single-threaded --no-memory-reducer --no-flush-bytecode /app/dist/bin/tenor.js "$@"\n' >/usr/local/bin/tenor \
  && printf '#!/bin/sh\nexec /app/node_modules/@foundry-rs/anvil-linux-amd64/bin/anvil "$@"\n' >/usr/local/bin/anvil \
  && chmod 755 /usr/local/bin/tenor /usr/local/bin/anvil \
  # A new volume takes the owner of the folder it is mounted on.
  && cd / && for name in chain network node node1 node2 node3 node4; do \
       install -d -o node -g node -m 700 "/var/lib/tenor/$name"; done \
  && chmod 755 /var/lib/tenor
USER node
EXPOSE 4001 8080
# Alive, not ready: a node that waits for its peers must not be restarted for it.
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
  CMD ["node", "config/compose/healthy.mjs", "http", "http://127.0.0.1:8080/livez"]
CMD ["tenor", "node", "--config", "/app/config/node.yaml"]
