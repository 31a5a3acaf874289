from serving.metrics import Metrics


def lines(metrics):
    found = metrics.page().decode().splitlines()
    return dict(line.rsplit(" ", 1) for line in found if not line.startswith("#"))


def test_a_latency_is_counted_in_the_bucket_that_holds_it_and_in_all_above():
    metrics = Metrics()
    metrics.request("taxi", "Predict", "GRPC", "OK", 17e-6)
    found = lines(metrics)
    name = ":tensorflow:serving:request_latency_bucket"
    labels = 'API="Predict",entrypoint="GRPC",le="{}",model_name="taxi"'
    counts = {le: found[f"{name}{{{labels.format(le)}}}"] for le in ("10", "18", "32.4", "+Inf")}
    assert counts == {"10": "0.0", "18": "1.0", "32.4": "1.0", "+Inf": "1.0"}
    total = (
        ':tensorflow:serving:request_latency_sum{API="Predict",entrypoint="GRPC",model_name="taxi"}'
    )
    assert abs(float(found[total]) - 17) < 1e-6


def test_a_refused_request_has_a_count_and_no_latency():
    metrics = Metrics()
    metrics.request("taxi", "Predict", "GRPC", "NOT_FOUND", 0.1)
    found = lines(metrics)
    count = ':tensorflow:serving:request_count{model_name="taxi",status="NOT_FOUND"}'
    assert float(found[count]) == 1
    assert not [name for name in found if "latency" in name]


def test_batches_and_loads_are_told_too():
    metrics = Metrics()
    metrics.batch("taxi", "serve_rows", 20, 0.002)
    metrics.queued("taxi", 0.0001)
    metrics.loaded("/models/taxi/5", 2.5, ok=True)
    metrics.loaded("/models/taxi/6", 0.5, ok=False)
    found = lines(metrics)
    rows = ":tensorflow:serving:batching_session:processed_batch_size_bucket"
    rows += '{le="32",model_name="taxi"}'
    assert float(found[rows]) == 1
    assert float(found[rows.replace('"32"', '"16"')]) == 0
    attempts = (
        ':tensorflow:cc:saved_model:load_attempt_count{model_path="/models/taxi/%d",status="%s"}'
    )
    assert float(found[attempts % (5, "success")]) == 1
    assert float(found[attempts % (6, "fail")]) == 1
    assert metrics.value("/tensorflow/cc/saved_model/load_attempt_count") == 2
    assert metrics.value("/tensorflow/no/such/name") == 0


def test_a_label_with_quotes_does_not_break_the_page():
    metrics = Metrics()
    metrics.request('a"b\\c\nd', "Predict", "GRPC", "OK", 0.1)
    assert r'model_name="a\"b\\c\nd"' in metrics.page().decode()
