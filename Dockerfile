# The service as an image: pinned packages, the wheel with its pages, and the example bot; runs as nobody in particular.

FROM python:3.11-slim-bookworm AS build
WORKDIR /src
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_ONLY_BINARY=:all:
COPY requirements requirements
RUN python -m venv /opt/lotse \
    && /opt/lotse/bin/pip install --require-hashes -r requirements/runtime.txt \
    && python -m venv /opt/build \
    && /opt/build/bin/pip install --require-hashes -r requirements/build.txt -r requirements/node.txt
COPY . .
RUN /opt/build/bin/python -m hatchling build -t wheel -d /dist \
    && /opt/lotse/bin/pip install --no-deps /dist/*.whl

FROM python:3.11-slim-bookworm
RUN useradd --system --uid 10001 --home-dir /srv/lotse lotse \
    && install --directory --owner lotse /srv/lotse/var
WORKDIR /srv/lotse
COPY --from=build /opt/lotse /opt/lotse
COPY examples examples
ENV PATH=/opt/lotse/bin:$PATH PYTHONUNBUFFERED=1 LOTSE_WEB__HOST=0.0.0.0 LOTSE_WEB__PORT=8080
USER lotse
VOLUME /srv/lotse/var
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=3s --start-period=60s \
    CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8080/healthz', timeout=2)"]
CMD ["lotse", "serve"]
