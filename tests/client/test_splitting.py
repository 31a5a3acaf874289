"""Shares of the calls, or of the rows, to other versions."""

import logging

import numpy
import pytest

from tests.client.test_predicting import ROW, SCHEMA, row
from tfxp_client import Client, InvalidRows, Split

SHARES = {"canary": 0.1}


@pytest.fixture
def server(server):
    server.versions = {1: "AVAILABLE", 2: "AVAILABLE"}
    server.labels = {"stable": 1, "canary": 2}
    return server


def test_calls_are_drawn_with_their_share_and_alike_with_one_seed(server):
    def versions(seed):
        split = Split(SHARES, seed=seed)
        with Client(server.address, model="things", label="stable", split=split) as client:
            return [client.predict(ROW).version for _ in range(200)]

    first = versions(1)

    assert 8 <= first.count(2) <= 34
    assert versions(1) == first
    assert versions(2) != first


def test_shares_alone_are_a_split(server):
    with Client(server.address, model="things", label="stable", split={"canary": 1.0}) as client:
        assert client.predict(ROW).version == 2
        assert client.predict_examples([b"one"]).version == 2
        assert client.predict_tensors({"examples": [b"one"]}).version == 2


def test_a_call_that_names_a_version_is_not_split(server):
    with Client(server.address, model="things", label="stable", split={"canary": 1.0}) as client:
        assert client.predict(ROW, version=1).version == 1
        assert client.predict_examples([b"one"], label="stable").version == 1


def test_rows_of_one_key_go_to_one_version(server):
    keys = [f"rider {number % 50}" for number in range(300)]
    rows = [row(size=float(number), rider=key) for number, key in enumerate(keys)]
    split = Split({"canary": 0.3}, key="rider")

    with Client(server.address, model="things", label="stable", split=split) as client:
        found = client.predict(rows)
        again = client.predict(rows[::-1])

    assert len({(key, version) for key, version in zip(keys, found.versions, strict=True)}) == 50
    assert again.versions[::-1] == found.versions
    assert 30 <= found.versions.count(2) <= 150
    # Each row has its own answer, although they went in two calls.
    expected = [version + number / 10 for number, version in enumerate(found.versions)]
    assert found.probability == pytest.approx(expected, rel=1e-5)
    with pytest.raises(ValueError, match="versions that answered: 1, 2"):
        found.version  # noqa: B018


def test_the_key_is_not_sent_unless_the_model_asks_for_it(server):
    split = Split(SHARES, key="rider")
    with Client(server.address, model="things", label="stable", split=split) as client:
        client.predict(row(rider="Ann"))
    with Client(server.address, model="things", split=Split(SHARES, key="age")) as client:
        client.predict(ROW)

    assert [set(request.inputs) for request in server.asked()] == [
        {"size", "the_u20_colour", "age"}
    ] * 2


def test_a_share_that_grows_keeps_its_keys():
    keys = [f"rider {number}" for number in range(1000)]
    small, large = (Split({"canary": share}, key="rider") for share in (0.1, 0.2))

    first = {key for key in keys if small.of_key(key)}
    second = {key for key in keys if large.of_key(key)}

    assert first < second
    assert (70 <= len(first) <= 130, 160 <= len(second) <= 240) == (True, True)


def test_several_labels_have_each_their_share():
    split = Split({"canary": 0.2, "next": 0.3}, key="rider")

    found = [split.of_key(f"rider {number}") for number in range(2000)]

    assert found.count("canary") == pytest.approx(400, abs=70)
    assert found.count("next") == pytest.approx(600, abs=80)
    assert found.count(None) == pytest.approx(1000, abs=90)


def test_a_key_is_the_same_from_numpy_and_as_bytes():
    split = Split({"canary": 0.5}, key="id")

    for number in range(50):
        assert (
            split.of_key(number) == split.of_key(numpy.int64(number)) == split.of_key(str(number))
        )
        assert split.of_key(f"a{number}") == split.of_key(f"a{number}".encode())


def test_rows_without_the_key_are_refused(server):
    with (
        Client(server.address, model="things", split=Split(SHARES, key="rider")) as client,
        pytest.raises(InvalidRows, match="split by column 'rider', which they lack"),
    ):
        client.predict(ROW)


def test_problems_are_told_with_the_numbers_of_all_rows(server):
    rows = [row(rider=f"rider {number}") for number in range(20)]
    rows[7]["size"] = "x"
    split = Split({"canary": 0.5}, key="rider")
    with (
        Client(server.address, model="things", label="stable", split=split) as client,
        pytest.raises(InvalidRows, match="row 7, column 'size': found 'x'"),
    ):
        client.predict(rows)


def test_a_canary_that_is_gone_costs_no_answer(server, caplog):
    del server.labels["canary"]
    with Client(server.address, model="things", label="stable", split={"canary": 1.0}) as client:
        caplog.set_level(logging.WARNING)
        assert [client.predict(ROW).version for _ in range(3)] == [1, 1, 1]

    assert caplog.text.count("label 'canary' is not available") == 1


@pytest.mark.parametrize("shares", [{"canary": 0}, {"canary": 1.1}, {"a": 0.6, "b": 0.6}])
def test_shares_that_cannot_be_are_refused(shares):
    with pytest.raises(ValueError, match="expected shares above 0 that add up to 1 at most"):
        Client("localhost:1", model="things", split=shares)


def test_a_key_that_the_schema_does_not_know_is_passed_over(server):
    split = Split(SHARES, key="rider")
    with Client(server.address, model="things", schema=SCHEMA, split=split) as client:
        assert len(client.predict(row(rider="Ann"))) == 1
