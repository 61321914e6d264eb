"""Decoding of connectionist temporal classification: vocabulary, language model, prefix beam search."""
