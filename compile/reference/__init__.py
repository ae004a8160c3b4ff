"""What a bundle's weights say in transformers: the truth that the browser's tokens are held against."""

from compile.reference.tokens import reference_tokens as reference_tokens
