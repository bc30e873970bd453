"""The measuring script with a PyTorch and a FlashAttention that do nothing: its arithmetic, and the file that it writes."""

import importlib.util
import pathlib
import sys
from unittest.mock import MagicMock

sys.dont_write_bytecode = True
script = pathlib.Path(__file__).parent.parent / "measure" / "measure_points.py"
spec = importlib.util.spec_from_file_location("measure_points", script)
measure_points = importlib.util.module_from_spec(spec)
spec.loader.exec_module(measure_points)

torch = MagicMock()
torch.cuda.get_device_name.return_value = "Imaginary, 1"
torch.cuda.get_device_properties.return_value.L2_cache_size = 50 * 2**20
torch.cuda.get_device_capability.return_value = (8, 0)
sys.modules["torch"] = torch
sys.modules["flash_attn"] = MagicMock()
sys.modules["vllm"] = None

# Weights of 268 MB turn 150 MiB over by themselves, those of 32 MiB do not.
assert measure_points.cold_copies(2**28, 50 * 2**20) == 1
assert measure_points.cold_copies(2**25, 50 * 2**20) == 5
assert measure_points.kv_lengths(measure_points.attention(chunk=3, cached=4, decodes=2, context=9)) == [
    (1, 9),
    (1, 9),
    (3, 7),
]
assert measure_points.running_sums([2, 3]) == [0, 2, 5]

# 8 calls in 1, 2 or 9 ms: 250 us each in the median.
gpu = measure_points.Gpu(replays=3)
torch.cuda.Event.return_value.elapsed_time.side_effect = [1, 9, 2]
call = MagicMock()
assert gpu.time_us([call]) == 250
assert call.call_count == 16, "once to warm up and once for the graph, 8 times each"

# Pages of a batch's KV follow one another; a shorter request repeats its last one.
torch.cuda.Event.return_value.elapsed_time.side_effect = None
torch.cuda.Event.return_value.elapsed_time.return_value = 1
torch.tensor.reset_mock()
gpu.attention_us(measure_points.attention(chunk=300, decodes=1, context=10))
tables = [values for (values, *_), _ in torch.tensor.call_args_list]
assert tables == [[[0, 0], [1, 2]], [0, 10, 310], [0, 1, 301]], tables

sys.argv = ["measure_points.py", "--replays", "2", "--out", sys.argv[1]]
measure_points.main()
