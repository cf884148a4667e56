"""From text to words and back: sentence ends, tokenisers, words as people write them."""
