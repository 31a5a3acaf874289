"""The model base directory in a bucket: as on a disk, in a bucket of each kind."""

from concurrent.futures import ThreadPoolExecutor

import pytest

import registry
from registry import Record, RegistryError, StorageError, VersionRefused
from registry.bucket import BucketPath
from registry.history import moves
from registry.models_config import change_entry, read_entry
from registry.removing import remove_old
from registry.rollout import Rollout
from registry.server import Server
from tests.registry.conftest import add_rows, make_model
from tests.registry.stand_in import StandIn

NUMBER_OF_VERSIONS = 50


@pytest.fixture
def base(store):
    return registry.base_of(store.uri("serving"))


@pytest.fixture
def three(base, tmp_path):
    """The base directory with three versions of the model taxi, of which the first is stable."""
    for content in ("first", "second", "third"):
        model = make_model(tmp_path / content, content)
        add_rows(model)
        registry.push(model, base, "taxi", Record())
    Rollout(base, "taxi").label("stable", 1)
    return base


def silent(line):
    pass


def objects(store):
    return store.keys()


def test_a_push_is_what_the_server_expects(store, base, saved_model):
    assert registry.push(saved_model, base, "taxi", Record(seed=7)) == 1

    assert [key.removeprefix("serving/taxi/") for key in objects(store)] == [
        ".last_version",
        "1/assets/vocabulary",
        "1/manifest.json",
        "1/record.json",
        "1/saved_model.pb",
        "1/variables/variables.data-00000-of-00001",
    ]
    for name in ("saved_model.pb", "assets/vocabulary"):
        assert store.get(f"serving/taxi/1/{name}") == (saved_model / name).read_bytes()
    record = registry.read_record(base, "taxi", 1)
    assert (record.version, record.seed) == (1, 7)
    assert record.digest == registry.digest(saved_model)


def test_the_second_push_finds_the_stable_one(base, tmp_path):
    first, second = (make_model(tmp_path / name, name) for name in ("first", "second"))
    registry.push(first, base, "taxi", Record())
    Rollout(base, "taxi").label("stable", 1)

    assert registry.baseline_version(base, "taxi", registry.digest(second)) == 1
    assert registry.push(second, base, "taxi", Record(baseline_version=1)) == 2
    assert registry.version_of_digest(base, "taxi", registry.digest(second)) == 2
    registry.copy_version(base, "taxi", 1, tmp_path / "taken")
    assert registry.digest(tmp_path / "taken") == registry.digest(first)


def test_an_empty_base_has_nothing(base):
    assert registry.versions(base, "taxi") == []
    assert registry.labels(base, "taxi") == {}
    assert registry.stable_version(base, "taxi") == 0


def test_models_config_names_the_place_at_which_the_servers_see_it(store, base, saved_model):
    registry.push(saved_model, base, "taxi", Record())

    registry.set_label(base, "taxi", "stable", 1)

    assert 'base_path: "/models/taxi"' in store.get("serving/models.config").decode()
    assert read_entry(base, "taxi").versions == (1,)


def test_a_base_path_that_was_set_by_hand_stays(store, three):
    text = store.get("serving/models.config").decode().replace("/models/taxi", "/mnt/b/taxi")
    store.put("serving/models.config", text.encode())

    Rollout(three, "taxi").promote(2)

    assert 'base_path: "/mnt/b/taxi"' in store.get("serving/models.config").decode()


def test_a_name_in_any_script_is_a_models_name(base, saved_model):
    registry.push(saved_model, base, "größe-模型", Record())

    Rollout(base, "größe-模型").promote()

    assert registry.versions(base, "größe-模型") == [1]
    assert registry.stable_version(base, "größe-模型") == 1


def test_several_pushers_at_once_get_several_versions(base, tmp_path):
    models = [make_model(tmp_path / str(n), f"model {n}") for n in range(4)]

    with ThreadPoolExecutor(4) as pool:
        given = list(pool.map(lambda m: registry.push(m, base, "taxi", Record()), models))

    assert sorted(given) == [1, 2, 3, 4]
    for model, version in zip(models, given, strict=True):
        assert registry.read_record(base, "taxi", version).digest == registry.digest(model)


def test_labels_of_several_models_are_moved_at_once(base, saved_model):
    names = [f"model-{n}" for n in range(4)]
    for name in names:
        registry.push(saved_model, base, name, Record())

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda name: Rollout(base, name).promote(), names))

    assert [registry.stable_version(base, name) for name in names] == [1, 1, 1, 1]


def test_a_label_is_moved_and_moved_back(three):
    rollout = Rollout(three, "taxi")

    assert rollout.promote().version == 3
    assert rollout.promote(2).version == 2
    assert rollout.rollback().version == 3
    assert rollout.rollback().version == 3

    told = [(m.before, m.to, m.cause) for m in moves(three, "taxi", "stable")]
    assert told[:3] == [(2, 3, "rollback"), (3, 2, "promote"), (1, 3, "promote")]


def test_a_canary_is_tried_and_its_trial_is_ended(three):
    rollout = Rollout(three, "taxi")

    rollout.label("canary", 3)
    assert read_entry(three, "taxi").versions == (1, 3)
    rollout.end_canary()

    assert registry.labels(three, "taxi") == {"canary": 1, "stable": 1}


def test_a_server_sees_each_edition_on_the_way(three):
    with StandIn(three, "taxi") as serving:
        serving.wait_until(lambda: serving.loaded == [1])
        server = Server(address=serving.address, timeout_s=10.0)

        moved = Rollout(three, "taxi", server).promote(2)

        serving.wait_until(lambda: serving.loaded == [2])
    assert serving.refused == []
    assert moved.checked.endswith("answered 2 requests with it")
    assert registry.stable_version(three, "taxi") == 2


def test_old_versions_are_removed_and_their_numbers_are_not_given_again(store, three, tmp_path):
    Rollout(three, "taxi").promote(3)

    tidied = remove_old(three, "taxi", 1, None, silent)

    # Version 1 was stable before.
    assert list(tidied.removed) == [2]
    assert tidied.removed[2] > 50_000
    assert registry.versions(three, "taxi") == [1, 3]
    assert not [key for key in objects(store) if key.startswith("serving/taxi/2/")]
    store_before = store.keys()
    assert remove_old(three, "taxi", 1, None, silent, is_trial=True).removed == {}
    assert store.keys() == store_before
    assert registry.push(make_model(tmp_path / "new", "new"), three, "taxi", Record()) == 4


def test_a_damaged_object_gets_no_label_and_is_handed_to_nobody(store, three, tmp_path):
    store.put("serving/taxi/2/saved_model.pb", b"something else")

    with pytest.raises(VersionRefused, match="serving/taxi/2: saved_model.pb: not as pushed"):
        Rollout(three, "taxi").promote(2)
    with pytest.raises(VersionRefused, match="serving/taxi/2: saved_model.pb: not as pushed"):
        registry.copy_version(three, "taxi", 2, tmp_path / "taken")

    assert registry.labels(three, "taxi") == {"stable": 1}


def test_a_lost_object_gets_no_label(store, three):
    store.remove("serving/taxi/2/assets/vocabulary")

    with pytest.raises(VersionRefused, match="assets/vocabulary: not as pushed"):
        Rollout(three, "taxi").promote(2)

    assert registry.labels(three, "taxi") == {"stable": 1}


def test_a_label_on_a_version_that_is_gone_is_told(store, three):
    store.remove("serving/taxi/1/saved_model.pb")

    with pytest.raises(RegistryError, match="version 1, which is not in .*://.*/serving/taxi"):
        registry.stable_version(three, "taxi")


def test_what_does_not_arrive_as_sent_is_no_version(store, three, saved_model, monkeypatch):
    before = store.keys()
    sent = BucketPath.upload

    def upload(place, source):
        sent(place, source)
        if place.name == "vocabulary":
            store.put(place.uri.removeprefix(f"{store.uri()}/"), b"garbled")

    monkeypatch.setattr(BucketPath, "upload", upload)
    with pytest.raises(RegistryError, match="taxi/4: assets/vocabulary did not arrive as sent"):
        registry.push(saved_model, three, "taxi", Record())

    assert store.keys() == before


@pytest.mark.parametrize("number", range(6))
def test_an_upload_that_fails_leaves_the_base_as_it_was(
    minio, saved_model, monkeypatch, number, tmp_path
):
    base = registry.base_of(minio.uri("serving"))
    registry.push(make_model(tmp_path / "first", "first"), base, "taxi", Record())
    before = minio.keys()
    left = [number]

    def failing(act):
        def call(place, what):
            # The marks of who is at work are no part of the version.
            if ".locks" not in place.uri and place.name != ".last_version":
                left[0] -= 1
                if left[0] < 0:
                    left[0] = 1_000
                    raise StorageError(f"{place}: the store is full")
            act(place, what)

        return call

    monkeypatch.setattr(BucketPath, "write", failing(BucketPath.write))
    monkeypatch.setattr(BucketPath, "upload", failing(BucketPath.upload))
    if number == 5:
        assert registry.push(saved_model, base, "taxi", Record()) == 2
        return
    with pytest.raises(StorageError, match="the store is full"):
        registry.push(saved_model, base, "taxi", Record())

    assert minio.keys() == before
    assert registry.push(saved_model, base, "taxi", Record()) == 3


def test_what_is_copied_in_by_others_is_not_taken_for_a_leftover(store, three, saved_model):
    store.put("serving/taxi/9/variables/variables.index", b"on its way")

    assert registry.push(saved_model, three, "taxi", Record()) == 10

    assert "serving/taxi/9/variables/variables.index" in objects(store)
    assert registry.versions(three, "taxi") == [1, 2, 3, 10]


def test_fifty_versions_are_not_downloaded_to_find_the_stable_one(gs, tmp_path):
    base = registry.base_of(gs.uri("serving"))
    for version in range(1, NUMBER_OF_VERSIONS + 1):
        gs.put(f"serving/taxi/{version}/saved_model.pb", b"graph")
        gs.put(f"serving/taxi/{version}/variables/variables.index", b"weights")
        gs.put(f"serving/taxi/{version}/record.json", Record(version=version).to_json().encode())
    registry.set_label(base, "taxi", "stable", 7)
    gs.server.requests.clear()

    version = registry.baseline_version(base, "taxi", "a digest")
    registry.copy_version(base, "taxi", version, tmp_path / "stable")

    read = [name.partition("/o/")[2] for name in gs.server.requests if "alt=media" in name]
    files = ("record.json", "saved_model.pb", "variables/variables.index")
    of_seven = {f"serving/taxi/7/{name}" for name in files}
    assert {name.partition("?")[0] for name in read} == {*of_seven, "serving/models.config"}
    assert len(gs.server.requests) < 20


def test_a_push_to_fifty_versions_reads_their_records_at_most(gs, saved_model):
    base = registry.base_of(gs.uri("serving"))
    for version in range(1, NUMBER_OF_VERSIONS + 1):
        gs.put(f"serving/taxi/{version}/saved_model.pb", b"graph")
        gs.put(f"serving/taxi/{version}/record.json", Record(version=version).to_json().encode())
    gs.server.requests.clear()

    assert registry.version_of_digest(base, "taxi", registry.digest(saved_model)) == 0
    assert registry.push(saved_model, base, "taxi", Record()) == NUMBER_OF_VERSIONS + 1

    read = [name for name in gs.server.requests if "alt=media" in name]
    assert not [name for name in read if "/taxi/7/saved_model.pb" in name]
    assert len(gs.server.requests) < 110


def test_a_missing_bucket_is_told_before_anything_is_done(store):
    with pytest.raises(StorageError, match="there is no bucket 'nowhere'; make it"):
        registry.base_of(f"{store.scheme}://nowhere/serving")


def test_a_store_that_goes_down_leaves_the_labels(gs, tmp_path, saved_model):
    base = registry.base_of(gs.uri("serving"))
    registry.push(saved_model, base, "taxi", Record())
    Rollout(base, "taxi").promote(1)
    registry.push(make_model(tmp_path / "second", "second"), base, "taxi", Record())
    gs.server.token = "one that nobody has any more"

    with pytest.raises(StorageError, match="set GOOGLE_APPLICATION_CREDENTIALS"):
        Rollout(base, "taxi").promote(2)

    gs.server.token = None
    assert registry.labels(base, "taxi") == {"stable": 1}


def test_nothing_is_written_where_nothing_changes(store, three):
    edition = (three / "models.config").edition()

    change_entry(three, "taxi", lambda entry: entry)

    assert (three / "models.config").edition() == edition
