FROM python:3.11-slim-bookworm
RUN useradd --system --uid 10001 --create-home --home-dir /srv/gan-dan gan-dan
WORKDIR /srv/gan-dan
ARG EXTRA=
COPY requirements*.lock.txt ./
RUN pip install --no-cache-dir --require-hashes -r "requirements${EXTRA:+-$EXTRA}.lock.txt"
COPY --chown=root:root . .
RUN python -m web.packed
ENV GANDAN_DATA=/data GANDAN_LOCAL=no GANDAN_LOG=json GANDAN_PYTHON=python PYTHONDONTWRITEBYTECODE=1
RUN mkdir -p /data /var/www/gan-dan /var/lib/gan-dan-backups && chown gan-dan /data /var/www/gan-dan /var/lib/gan-dan-backups
USER gan-dan
VOLUME /data
EXPOSE 8501
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s \
  CMD python -c "import urllib.request as u; u.urlopen('http://127.0.0.1:8501/health/live', timeout=4)"
CMD ["streamlit", "run", "app.py", "--server.port", "8501", "--server.address", "0.0.0.0"]
