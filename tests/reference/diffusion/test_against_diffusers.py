"""The solution against torch, diffusers and transformers themselves, on the small pipeline and at full size."""

import copy

import numpy as np
import pytest

pytestmark = pytest.mark.torch


# Part 1


@pytest.fixture(scope="module")
def full_size():
    pytest.importorskip("diffusers")
    from beras.diffusion import meta_networks

    return meta_networks("sd-v1-4")


def test_the_table_of_the_sheet(full_size):
    import torch
    from counting import network_table

    rows = network_table({**full_size, "tokenizer": object(), "image_encoder": None}, torch.nn.Module)
    assert [(row.attribute, row.type, row.tensors, row.scalars) for row in rows] == [
        ("vae", "AutoencoderKL", 248, 83_653_863),
        ("text_encoder", "CLIPTextModel", 196, 123_060_480),
        ("unet", "UNet2DConditionModel", 686, 859_520_964),
        ("safety_checker", "StableDiffusionSafetyChecker", 396, 303_981_588),
    ]


def test_the_table_of_the_small_pipeline(tiny):
    import torch
    from counting import network_table

    from beras.diffusion import network_table as of_beras

    ours = network_table(tiny.components, torch.nn.Module)
    theirs = [(row.attribute, row.type, row.modules, row.tensors, row.scalars) for row in of_beras(tiny)]
    assert [tuple(row) for row in ours] == theirs


def test_the_scalars_of_each_block_of_the_unet(full_size):
    from counting import scalars_by_block

    unet = full_size["unet"]
    shapes = {name: tuple(parameter.shape) for name, parameter in unet.named_parameters()}
    children = {
        name: sum(parameter.numel() for parameter in child.parameters()) for name, child in unet.named_children()
    }
    assert scalars_by_block(shapes) == {name: scalars for name, scalars in children.items() if scalars}
    deep = scalars_by_block(shapes, depth=3)
    assert deep["down_blocks.0.attentions"] == sum(p.numel() for p in unet.down_blocks[0].attentions.parameters())
    assert sum(deep.values()) == 859_520_964


# Part 2


def test_the_tensors_of_a_generation(tiny):
    from tensors import describe

    from beras.diffusion import generate, tensor_table

    made = generate(tiny, "a cat on a bench", steps=2, every=0, progress=False)
    for row in tensor_table(made):
        ours = describe(row.name, made.tensors[row.name])
        assert (ours.dtype, ours.shape, ours.numel) == (row.dtype, row.shape, row.numel)
        assert row.batch.split()[0] == str(ours.batch)
        assert row.feature.split()[:1] == ([str(ours.feature)] if ours.feature else [])
        assert [word for word in row.spatial.split() if word.isdigit()] == list(map(str, ours.spatial))


def test_the_pixels_are_those_of_the_pipeline(tiny):
    import torch
    from tensors import to_pixels

    rgb = np.random.default_rng(0).normal(0, 0.8, (2, 3, 40, 24)).astype(np.float32)
    theirs = tiny.image_processor.postprocess(torch.tensor(rgb), output_type="pil")
    np.testing.assert_array_equal(to_pixels(rgb), np.stack([np.asarray(picture) for picture in theirs]))


# Parts 3 and 4


def scheduler_of(tiny, steps):
    diffusers = pytest.importorskip("diffusers")
    made = diffusers.DDIMScheduler.from_config(tiny.scheduler.config, clip_sample=False)
    made.set_timesteps(steps)
    return made


def test_the_levels(tiny):
    from ddim import signal_levels

    np.testing.assert_allclose(signal_levels(), scheduler_of(tiny, 1).alphas_cumprod, rtol=2e-6)


@pytest.mark.parametrize("steps", [1, 2, 3, 10, 33, 50, 99, 250, 334, 500, 999])
def test_the_timesteps(tiny, steps):
    from ddim import timesteps

    np.testing.assert_array_equal(timesteps(steps), scheduler_of(tiny, steps).timesteps)


def test_all_timesteps_are_refused_since_the_first_would_be_no_level(tiny):
    from ddim import timesteps

    theirs = scheduler_of(tiny, 1000)
    assert int(theirs.timesteps[0]) == len(theirs.alphas_cumprod) == 1000
    with pytest.raises(ValueError, match="1000"):
        timesteps(1000)


@pytest.mark.parametrize("eta", [0.0, 0.3, 1.0])
@pytest.mark.parametrize("steps", [4, 33])
def test_every_step(tiny, eta, steps):
    import torch
    from ddim import clean_estimate, ddim_step

    theirs = scheduler_of(tiny, steps)
    levels = theirs.alphas_cumprod.double().numpy()
    x, noise, fresh = np.random.default_rng(1).normal(size=(3, 2, 4, 5, 3))
    for t in theirs.timesteps.tolist():
        right = theirs.step(
            torch.tensor(noise), t, torch.tensor(x), eta=eta, variance_noise=torch.tensor(fresh) if eta else None
        )
        following = levels[max(t - 1000 // steps, 0)]
        ours = ddim_step(x, noise, levels[t], following, eta, fresh if eta else None)
        np.testing.assert_allclose(ours, right.prev_sample, atol=2e-6 * np.abs(ours).max())
        clean = clean_estimate(x, noise, levels[t])
        np.testing.assert_allclose(clean, right.pred_original_sample, atol=2e-6 * np.abs(clean).max())


@pytest.mark.parametrize(
    ("steps", "strength", "prompts"),
    [(3, 5.0, ["a cat"]), (20, 1.5, ["a red dog on a bench"]), (33, 7.5, ["a cat"]), (7, 5.0, ["a cat", "the dog"])],
)
def test_the_whole_loop_is_that_of_the_pipeline(tiny, steps, strength, prompts):
    import torch
    from ddim import sample
    from pipeline import Pipeline

    ours = Pipeline.__new__(Pipeline)
    ours.pipe, ours._torch = tiny, torch
    noise = ours.noise(seed=steps, batch=len(prompts))
    texts = [ours.encode(prompt)[1] for prompt in prompts]
    text_vectors = np.concatenate([both[:1] for both in texts] + [both[1:] for both in texts])
    states = sample(ours.network, noise, text_vectors, steps, strength)
    assert len(states) == steps + 1
    assert all(state.dtype == np.float32 for state in states)

    theirs = copy.copy(tiny)
    theirs.scheduler = scheduler_of(tiny, steps)
    options = {"num_inference_steps": steps, "guidance_scale": strength, "output_type": "latent"}
    right = theirs(prompts, latents=torch.tensor(noise), **options).images.numpy()
    np.testing.assert_allclose(states[-1], right, atol=2e-5 * np.abs(right).max())


# Part 5


@pytest.mark.parametrize("size", [(224, 224), (512, 512), (300, 400), (150, 100), (225, 224), (97, 640)])
def test_the_pixels_for_the_checker_are_those_of_the_image_processor(tiny, tmp_path, size):
    import transformers
    from checker import clip_pixels
    from PIL import Image
    from pipeline import read_picture

    from beras.diffusion import clip_transform

    array = np.random.default_rng(2).integers(0, 256, (*size, 3)).astype(np.uint8)
    path = tmp_path / "picture.png"
    Image.fromarray(array).save(path)
    ours = clip_pixels(read_picture(path)[None])
    assert ours.dtype == np.float32
    np.testing.assert_array_equal(ours[0], clip_transform()(Image.open(path)))
    processor = getattr(transformers, "CLIPImageProcessorPil", transformers.CLIPImageProcessor)()
    theirs = processor(Image.open(path), return_tensors="np").pixel_values
    np.testing.assert_allclose(ours, theirs, atol=1e-5)


def test_the_verdicts_are_those_of_the_checker(tiny):
    import torch
    from checker import cosines, verdicts

    checker = copy.deepcopy(tiny.safety_checker)
    pixels = torch.from_numpy(np.random.default_rng(3).normal(size=(24, 3, 224, 224)).astype(np.float32))
    with torch.no_grad():
        seen = checker.visual_projection(checker.vision_model(pixels)[1]).numpy()
    flagged, cared = [], []
    for round_ in range(6):
        draw = np.random.default_rng(round_)
        vectors = [draw.normal(size=(n, seen.shape[1])).astype(np.float32) for n in (3, 17)]
        tables = [cosines(seen, rows) for rows in vectors]
        # Thresholds near what these pictures reach; of two concepts close to the edge of the rounding, on either side.
        limits = [np.quantile(table, 0.97, axis=0).astype(np.float32) for table in tables]
        limits[1][:2] = tables[1][:, :2].max(axis=0) - np.float32([0.00049, 0.00051])
        with torch.no_grad():
            for name, rows, limit in zip(("special_care", "concept"), vectors, limits):
                getattr(checker, f"{name}_embeds").copy_(torch.tensor(rows))
                getattr(checker, f"{name}_embeds_weights").copy_(torch.tensor(limit))
            right = checker(clip_input=pixels, images=list(np.zeros((24, 1))))[1]
        scores, flags = verdicts(*tables, *limits)
        assert flags.tolist() == right
        assert scores.shape == (24, 17)
        flagged.append(sum(right))
        cared.append(int(((tables[0] - limits[0]) > 0).any(axis=1).sum()))
    assert 0 < min(flagged) <= max(flagged) < 24
    assert min(cared) > 0


def test_a_folder_with_planted_pictures_and_a_broken_one(tiny, tmp_path):
    import torch
    from checker import clip_pixels, cosines, scan, verdicts
    from labelled import labelled_pictures, write_folder
    from pipeline import Pipeline, read_picture

    from beras.diffusion import plant
    from beras.diffusion import scan as scan_of_beras

    pictures, _ = labelled_pictures(32)
    paths = write_folder(tmp_path / "pictures", pictures, broken=[9])
    planted = plant(tiny.safety_checker, [paths[4], paths[31]], tmp_path / "pictures")
    ours = Pipeline.__new__(Pipeline)
    ours.pipe, ours._torch = tiny, torch
    special, concepts, special_limits, limits = ours.concepts(planted)
    assert (len(special), len(concepts)) == (0, 2)
    shown = []

    def look(batch):
        shown.append(len(batch))
        pixels = clip_pixels(batch)
        seen = ours.see(pixels)
        _, flags = verdicts(cosines(seen, special), cosines(seen, concepts), special_limits, limits)
        assert flags.tolist() == ours.flags_by_the_library(pixels, planted)
        batch[flags] = 0
        return flags

    found = scan(paths, read_picture, look)
    report = scan_of_beras(tmp_path / "pictures", planted, progress=False)
    assert sorted(found.flagged) == report.flagged == [4, 31]
    assert sorted(found.errors) == sorted(report.errors) == [9]
    assert shown == [9, 10, 10, 2]
    for number, picture in found.flagged.items():
        np.testing.assert_array_equal(picture, read_picture(paths[number]))
