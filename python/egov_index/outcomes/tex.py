"""Text that LaTeX prints as it stands."""

from __future__ import annotations

from ..markup import clean

__all__ = ["tex"]

SPECIAL = {
    "\\": r"\textbackslash{}", "&": r"\&", "%": r"\%", "$": r"\$", "#": r"\#", "_": r"\_", "{": r"\{", "}": r"\}",
    "~": r"\textasciitilde{}", "^": r"\textasciicircum{}", "<": r"\textless{}", ">": r"\textgreater{}",
}  # fmt: skip


def tex(text: object) -> str:
    r"""Text with what LaTeX would take for commands written out.

    Examples
    --------
    >>> print(tex("50% of R&D_x"))
    50\% of R\&D\_x
    """
    return "".join(SPECIAL.get(sign, sign) for sign in " ".join(clean(text).split()))
