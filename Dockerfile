# The site and its subscriptions (`serve`), or a worker of a shared store (`worker`):
#   docker build -t minimand .
#   docker run -p 127.0.0.1:8787:8787 -v minimand:/data minimand
#   docker run -e DATABASE_URL minimand worker
FROM debian:13 AS build
RUN apt-get update \
  && apt-get install -y --no-install-recommends ca-certificates npm \
  && rm -rf /var/lib/apt/lists/*
WORKDIR /minimand
COPY . .
# npm 9 of Debian links the command `node` of the locked Node 24 only by `npm rebuild`.
RUN npm ci && npm rebuild && npm run build:site

FROM debian:13-slim
ENV NODE_ENV=production ORT_DISABLE_TELEMETRY=1 XDG_DATA_HOME=/data XDG_CACHE_HOME=/data/cache
COPY --from=build /minimand /minimand
RUN useradd --create-home minimand && mkdir /data && chown minimand:minimand /data
USER minimand
WORKDIR /data
VOLUME /data
EXPOSE 8787
ENTRYPOINT ["/minimand/node_modules/.bin/node", "/minimand/packages/cli/bin/minimand.js"]
CMD ["serve", "--host", "0.0.0.0", "--site", "/minimand/packages/site/dist"]
