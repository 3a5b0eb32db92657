#!/bin/sh
# A standalone Spark master and two workers on this machine's loopback, for trying out `--engine spark`.
#   sh deploy/spark/start.sh [RUN_FOLDER]      then: python -m etl dossiers PATH --engine spark --master spark://127.0.0.1:7077
# Needs Java 17 and the package pyspark (requirements-dev.txt). Stop with deploy/spark/stop.sh and the same folder.
set -eu
here=$(cd "$(dirname "$0")/../.." && pwd)
run=${1:-$here/data/spark}
port=${SPARK_MASTER_PORT:-7077}
python=${PYTHON:-$here/.venv/bin/python}

if ! command -v java >/dev/null 2>&1; then
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
        apt-get install -y --no-install-recommends openjdk-17-jre-headless >&2
    else
        echo "Java 17 is missing: apt-get install openjdk-17-jre-headless" >&2
        exit 1
    fi
fi

mkdir -p "$run"
# Master, workers and driver must be the same Spark: the one of the Python package.
SPARK_HOME=$("$python" -c 'import os, pyspark; print(os.path.dirname(pyspark.__file__))')
export SPARK_HOME SPARK_LOCAL_IP=127.0.0.1 SPARK_MASTER_HOST=127.0.0.1

start() { # NAME CLASS ARGUMENTS...
    name=$1
    shift
    "$SPARK_HOME/bin/spark-class" "$@" >"$run/$name.log" 2>&1 &
    echo $! >"$run/$name.pid"
}

start master org.apache.spark.deploy.master.Master --host 127.0.0.1 --port "$port" --webui-port 0
for number in 1 2; do
    start "worker-$number" org.apache.spark.deploy.worker.Worker --host 127.0.0.1 --cores 1 --memory 1g \
        --webui-port 0 --work-dir "$run/work-$number" "spark://127.0.0.1:$port"
done

tries=0
until [ "$(grep -c "Registering worker" "$run/master.log" || true)" -ge 2 ]; do
    tries=$((tries + 1))
    if [ "$tries" -gt 120 ]; then
        echo "the workers did not register within two minutes; see $run/*.log" >&2
        sh "$(dirname "$0")/stop.sh" "$run"
        exit 1
    fi
    sleep 1
done
echo "spark://127.0.0.1:$port"
