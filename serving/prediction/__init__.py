"""From TF Serving's messages to arrays and back, without gRPC, HTTP or TensorFlow."""
