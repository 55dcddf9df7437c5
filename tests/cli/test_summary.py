import json


def test_it_shows_configuration_model_and_result_in_80_columns(beras_command, digits_run):
    result = beras_command("summary", digits_run)
    assert result.exit_code == 0
    for part in ("learning rate", "hidden_1 (Dense)", "Test accuracy", "after 15 epochs"):
        assert part in result.stdout
    table = [line for line in result.stdout.splitlines() if str(digits_run) not in line]
    assert max(map(len, table)) <= 80


def test_a_run_without_a_result_is_shown_too(beras_command, digits_run, tmp_path):
    for name in ("config.json", "model.safetensors"):
        (tmp_path / name).write_bytes((digits_run / name).read_bytes())
    result = beras_command("summary", tmp_path, "--json")
    assert result.exit_code == 0
    assert json.loads(result.stdout.splitlines()[-1])["result"] is None
