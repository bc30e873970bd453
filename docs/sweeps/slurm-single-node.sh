#!/usr/bin/env bash
# Proof that a sweep runs on a real Slurm: sets Debian's up as a single node, submits an array of 4, merges it, and compares
# that with the same sweep in one process, byte for byte. For a container or VM, as root; needs the built command.
set -euo pipefail
cd "$(dirname "$0")/../.."

tasks=4
work=$(mktemp -d)
host=$(hostname -s)
daemons=()
stop() {
  [ ${#daemons[@]} -eq 0 ] || kill "${daemons[@]}" 2>/dev/null || true
  wait
  rm -rf "$work"
}
trap stop EXIT

echo "== packages"
if ! { command -v slurmctld && command -v slurmd && command -v munged; } >/dev/null; then
  apt-get update -qq
  # Nothing is started: there may be no init.
  RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends slurmctld slurmd slurm-client munge >"$work/apt.log"
fi
slurmctld -V

echo "== munge, slurmctld, slurmd"
# Its package has made the user, but where it was unpacked without its scripts.
id munge >/dev/null 2>&1 || useradd --system --no-create-home munge
[ -e /etc/munge/munge.key ] || runuser -u munge -- mungekey --create
install -d -o munge /run/munge
runuser -u munge -- munged --foreground >"$work/munged.log" 2>&1 &
daemons+=($!)
mkdir "$work/state" "$work/spool"
export SLURM_CONF=$work/slurm.conf
cat >"$SLURM_CONF" <<CONF
ClusterName=tandem
SlurmctldHost=$host(127.0.0.1)
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
MpiDefault=none
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
JobAcctGatherType=jobacct_gather/none
ReturnToService=2
StateSaveLocation=$work/state
SlurmdSpoolDir=$work/spool
SlurmctldPidFile=$work/slurmctld.pid
SlurmdPidFile=$work/slurmd.pid
SlurmctldLogFile=$work/slurmctld.log
SlurmdLogFile=$work/slurmd.log
NodeName=$host NodeAddr=127.0.0.1 CPUs=$(nproc) State=UNKNOWN
PartitionName=main Nodes=ALL Default=YES State=UP
CONF
slurmctld -D >/dev/null 2>&1 &
daemons+=($!)
slurmd -D >/dev/null 2>&1 &
daemons+=($!)
for _ in $(seq 60); do
  [ "$(sinfo --noheader --format=%T 2>/dev/null)" = idle ] && break
  sleep 0.5
done
sinfo

echo "== array of $tasks"
cat >"$work/sweep.yaml" <<YAML
base: { dataset: mixed, num-reqs: 60, attn-offload-phase: decode }
axes:
  mode: [gpu-only, offload, interleave, auto]
  max-num-seqs: [32, 64, 128]
YAML
tandem="node $PWD/apps/cli/bin/tandem.js"
TANDEM=$tandem sbatch --wait --array=1-$tasks --output="$work/task-%a.log" docs/sweeps/sweep.sbatch "$work/sweep.yaml" "$work/array"
tail -n 1 "$work"/task-*.log

echo "== merged, and in one piece"
$tandem sweep merge "$work/array"
$tandem sweep "$work/sweep.yaml" --out "$work/single" --jobs 1
cmp "$work/array/results.jsonl" "$work/single/results.jsonl"
cmp "$work/array/results.csv" "$work/single/results.csv"
echo "the same $(wc -c <"$work/single/results.jsonl") bytes: $(sha256sum <"$work/single/results.jsonl")"
