"""What the model sees of a text: the buckets of its words, pairs of words and pieces of words.

Pieces of four letters make words alike that share a stem or are misspelt (Bojanowski et al.,
"Enriching Word Vectors with Subword Information", 2017); buckets in place of a vocabulary need no
pass over the data and leave no word unknown (Weinberger et al., "Feature Hashing for Large Scale
Multitask Learning", 2009).
"""

import tensorflow as tf

from components.transform.hashing import hash_tokens

WORDS = 64
"""So many words are read, the first ones."""

LETTERS = 160
"""Of so many letters, with the spaces between them, pieces are read."""

PIECE = 4
"""Letters of a piece."""

TOKENS = WORDS + (WORDS - 1) + (LETTERS - PIECE + 1)
"""Width of an encoded text."""

# More than the words and letters above need, and an end to texts of any length.
_BYTES = 4096
_NO_WORD = r"[^\pL\pM\pN]+"


def encode_texts(texts: tf.Tensor, buckets: int) -> tf.Tensor:
    """The buckets of the n-grams of each text.

    Letters are put in lower case, and whatever is neither letter nor digit parts words. A text
    without a word is as one that is missing.

    Args:
        texts: [batch] string, UTF-8; bytes that are none part words.
        buckets: How many there are.

    Returns:
        [batch, TOKENS] int64: words, then pairs of neighbours, then pieces of `PIECE` letters, each
        from 1 to `buckets`; 0 where there is none.
    """
    cut = tf.strings.substr(texts, 0, _BYTES)
    # Also mends what is no UTF-8, as a cut within a letter.
    lower = tf.strings.unicode_transcode(tf.strings.lower(cut, "utf-8"), "UTF-8", "UTF-8")
    clean = tf.strings.strip(tf.strings.regex_replace(lower, _NO_WORD, " "))
    words = tf.strings.split(clean).to_tensor("", shape=[None, WORDS])
    letters = tf.strings.unicode_split(clean, "UTF-8").to_tensor("", shape=[None, LETTERS])
    pairs = _joined([words[:, :-1], words[:, 1:]], " ")
    width = LETTERS - PIECE + 1
    pieces = _joined([letters[:, start : start + width] for start in range(PIECE)], "")
    # What a gram is of stands in front of it: a word of four letters is not that piece.
    kinds = [(words, "w"), (pairs, "p"), (pieces, "l")]
    grams = [tf.where(gram == "", "", tf.strings.join([kind, gram], ":")) for gram, kind in kinds]
    return hash_tokens(tf.concat(grams, axis=1), buckets)


def _joined(parts: list[tf.Tensor], between: str) -> tf.Tensor:
    """Neighbours, "" where the last of them is not there."""
    return tf.where(parts[-1] == "", "", tf.strings.join(parts, between))
