"""The tutorial's network, s_t = tanh(U x_t + W s_{t-1}), o_t = softmax(V s_t), and its gradients.

Read it in this order: `reference` (the tutorial's own NumPy code), `gradient_check`, `batching`
(many sentences at once), `bptt`, `output_layer`, `rnn` (all of it on PyTorch).
"""
