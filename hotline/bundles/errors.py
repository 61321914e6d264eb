"""ProgramError
└── BundleError
    ├── BundleBroken     a bundle's files are not those that were published, or the store cannot be read
    ├── UnknownBundle    exit 2: the store has no such bundle, or more than one that begins so
    ├── NothingBefore    there is nothing to go back to
    └── ContentRefused   the content is wrong; carries every mistake
"""

from collections.abc import Sequence

from hotline.bundles.problems import Problem
from hotline.errors import ProgramError


class BundleError(ProgramError):
    code = "content"


class BundleBroken(BundleError):
    code = "content.broken"


class UnknownBundle(BundleError):
    code = "content.unknown"
    exit_status = 2


class NothingBefore(BundleError):
    code = "content.nothing_before"


class ContentRefused(BundleError):
    code = "content.refused"

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(f"nội dung còn {len(problems)} chỗ sai, không đưa lên")
        self.problems = tuple(problems)
