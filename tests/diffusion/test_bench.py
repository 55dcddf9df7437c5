"""The benchmark: its arithmetic is exact, its code runs on tiny networks, and without a GPU it says what it needs."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
import torch

from beras.diffusion.bench import VARIANTS, Variant, arithmetic, bench
from beras.diffusion.bench.report import arithmetic_to_markdown
from beras.diffusion.bench.stopwatch import first_and_median
from beras.diffusion.bench.variants import tensor_float
from beras.diffusion.errors import DiffusionError

CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def report():
    own = Variant("compiled", "float32", compile_mode="default", backend="eager")
    return bench(
        "cpu", tiny=True, variants=["fp32", "bf16", "fp16-channels-last", own], batches=[1, 2], steps=2, repeats=1
    )


# The arithmetic


def test_a_picture_of_v1_4_takes_57_tflop():
    counted = arithmetic()
    assert counted.unet == pytest.approx(1.607, abs=5e-4)
    assert counted.decoder == pytest.approx(2.515, abs=1e-3)
    assert counted.text_encoder == pytest.approx(0.027, abs=5e-4)
    assert counted.checker == pytest.approx(0.162, abs=5e-4)
    assert counted.picture(34) == pytest.approx(57.3, abs=0.05)
    assert "| a picture, 34 steps" in arithmetic_to_markdown(counted, 34)


def test_the_operations_of_a_convolution_are_counted_as_by_hand():
    from beras.diffusion.bench.arithmetic import _tera

    convolution = torch.nn.Conv2d(4, 8, 3, padding=1, device="meta")
    counted = _tera(lambda: convolution(torch.zeros(2, 4, 16, 16, device="meta")))
    assert counted == pytest.approx(2 * (2 * 8 * 16 * 16) * (4 * 3 * 3) / 1e12)


# What is measured


def test_every_variant_and_batch_is_measured(report):
    assert report.failures == {}
    names = ["fp32", "bf16", "fp16-channels-last", "compiled"]
    assert [(row.variant, row.batch) for row in report.images] == [(name, batch) for name in names for batch in (1, 2)]
    assert all(row.finite and row.repeatable and row.updates == 3 for row in report.images)
    assert all(row.seconds_an_image > row.floor_seconds > 0 for row in report.images)
    assert all(
        row.unet_calls_a_second > 0 and row.decoding_ms > 0 and row.peak_gigabytes is None for row in report.images
    )


def test_differences_are_those_from_float32(report):
    differences = {row.variant: row.update_difference for row in report.images if row.batch == 1}
    assert differences["fp32"] == 0
    assert differences["compiled"] < 1e-5
    assert 1e-5 < differences["fp16-channels-last"] < differences["bf16"] < 0.1


def test_the_checker_s_verdicts_are_the_library_s(report):
    assert [(row.variant, row.batch) for row in report.checker] == [(n, b) for b in (10, 64) for n in ("fp32", "tf32")]
    assert all(row.same_verdicts and row.cosine_difference < 1e-3 for row in report.checker)
    assert all(
        row.network_a_second > 0 and row.diffusers_a_second > 0 and row.ours_a_second > 0 for row in report.checker
    )


def test_the_report_is_a_table_and_json(report):
    text = report.to_markdown()
    assert "| fp16-channels-last |" in text
    assert "networks: tiny, device: cpu, steps: 2" in text
    assert json.loads(json.dumps(report.to_dict()))["images"][0]["variant"] == "fp32"


def test_what_fails_is_reported_and_the_rest_is_measured():
    broken = Variant("broken", "float32", compile_mode="default", backend="nowhere")
    found = bench("cpu", tiny=True, variants=[broken, "fp32"], batches=[1], steps=1, repeats=1)
    (failure,) = found.failures
    assert failure == "broken, batch 1"
    assert "nowhere" in found.failures[failure]
    assert [row.variant for row in found.images] == ["fp32"]
    assert "broken, batch 1 failed: " in found.to_markdown()


def test_the_report_says_what_is_not_finite_and_what_differs(report):
    worse = replace(report.images[0], finite=False)
    assert " NO " in replace(report, images=[worse]).to_markdown()


# How


def test_the_first_call_and_the_warm_up_are_no_part_of_the_median(monkeypatch):
    clock = iter([0, 100, 0, 50, 0, 50, 0, 1, 0, 2, 0, 9])
    monkeypatch.setattr("time.perf_counter", lambda: next(clock))
    assert first_and_median(lambda: None, CPU, repeats=3, warm_up=2) == (100, 2)


def test_tensor_float_is_on_within_the_block_only():
    before = torch.get_float32_matmul_precision(), torch.backends.cudnn.allow_tf32
    for wanted in (False, True):
        with tensor_float(wanted):
            assert torch.get_float32_matmul_precision() == ("high" if wanted else "highest")
            assert torch.backends.cudnn.allow_tf32 is wanted
    assert (torch.get_float32_matmul_precision(), torch.backends.cudnn.allow_tf32) == before


def test_the_variants_are_those_of_the_plan():
    assert {variant.dtype for variant in VARIANTS} == {"float32", "float16", "bfloat16"}
    assert len({variant.name for variant in VARIANTS}) == len(VARIANTS)
    assert any(variant.channels_last for variant in VARIANTS)
    assert any(variant.compile_mode for variant in VARIANTS)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({}, "needs a GPU that PyTorch can use, with 16 GB of memory"),
        ({"tiny": True, "variants": ["fp61"]}, "Unknown variant 'fp61'. Did you mean 'fp16'?"),
        ({"tiny": True, "batches": [0]}, "batches takes a whole number of 1 or more"),
        ({"tiny": True, "steps": 0}, "steps takes a whole number from 1 to 1000"),
        ({"tiny": True, "repeats": 0}, "repeats takes a whole number of 1 or more"),
    ],
)
def test_what_cannot_be_measured_gets_a_sentence(options, sentence):
    with pytest.raises(DiffusionError) as raised:
        bench("cpu", **options)
    assert sentence in str(raised.value)
