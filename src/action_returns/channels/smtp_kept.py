"""Whether a mail server keeps a message, by its words: one that it refuses all the same, or one that it takes but holds back.

Servers speak English (RFC 5321 has no other language), but people write such answers too. A word too many here costs a look
into the mailbox; one too few can let the same rows leave twice.
"""

import re
from typing import Final

from action_returns.channels.line_protocol import Reply

_CODE: Final = re.compile(r"[245]\.[0-9]{1,3}\.[0-9]{1,3}\b[ :-]*")
"""An enhanced status code, which stands in front of every line of an answer (RFC 2034, 4)."""
_AND_SO_ON: Final = r"(?!(?:und|aber|sondern|et|mais|pero|sino|ma|maar|mas)\b)"

_ORDINARY: Final = re.compile(
    rf"""(?ix)
    (?<!\S)[^\s@]*+@\S*+ | \b(?:https?://|www\.)\S*+ | \bs?p\s?=\s?quarantine\b
    | \bheld\s(?:responsible|liable|accountable)\b | \barchived\s(?:files?|attachments?|executables?|contents?)\b
    | \b(?:contact|ask|forward|report|submit)\b(?:[^.;]|\.(?=\S)){{0,80}}?\bfor\s(?:\w+\s){{0,2}}(?:review|evaluation|inspection|analysis)\b
    | \bwill\sbe\s\w+\s(?:when|if|once|after)\b[^.;]{{0,40}}?\b(?:again|retr\w+|resen[dt])\b
    | \b(?:ip|block|listing|limit|quota)\s(?:may|might|can|will)\sbe\s\w+ | \byou\smay\sreach\b
    | (?<!from\s)\b(?:your|this|the)\s(?:\w+\s)?account\s(?:is|was|has\sbeen)\s(?:\w+\s)?(?:held|on\shold|(?:under|pending|being)\s\w+)
    | \btoo\smany\s(?:\w+\s)?queued\b
    # "No fue retenido", before the English "no".
    | \bno\s(?:se|fue|ha|será|está)\b(?:\s{_AND_SO_ON}\w+){{1,4}}
    # "was not kept", "no copy is kept": what a server denies does not count.
    | \b(?:not|never|cannot|\w+n't|no\slonger|without|neither|unable\sto)(?:\s(?:be|been|being|yet|now|further)){{0,3}}\s\w++
      (?:(?:,\s\w++){{0,5}},?\s(?:or|nor)\s\w++){{0,3}}
    | \b(?:no|nothing|none)(?:\s(?:copy|message|mail|part|of|it|this|the)){{0,5}}(?:\s(?:is|was|will\sbe|has\sbeen))?\s\w+
    # The same in German, French, Italian, Portuguese and Dutch.
    | \b(?:nicht|nie|keine?r?|pas|jamais|non|não|niet|geen)\b(?:\s{_AND_SO_ON}\w+){{1,3}}
    """
)
_SAYS_KEPT: Final = re.compile(
    r"""(?ix)
    \b(?:kept|retained|held|queued|stored|spooled|archived|saved)\b | \bset\saside\b
    # Quarantine, also in other languages.
    | quarant(?!a\b) | cuarenten | quarenten | kwarantann | karant[äeé]n | карантин
    | \baccepted,?\s(?:for|but|and)\b | \balready\s(?:been\s)?(?:accepted|queued|delivered)\b
    | \b(?:put|placed)\son\shold\b | \bholding\s(?:it|the|this|your)\b | \bawait(?:s|ing)\b | \bmoderat(?:ion|or\sapproval)\b
    | \b(?:moved|delivered|sent|remains?|is|left|put|placed)\s(?:in|into|to)\s(?:\w+\s){0,4}(?:folder|queue|junk)\b
    | \b(?:diverted|redirected|copied|forwarded|sent|passed)\sto\s(?:\w+\s){0,2}(?:admin\w*|postmaster|moderators?|operators?|staff)\b
    | \bdelivered\sto\s(?:[0-9]+|one|some|other)\b
    | \b(?:for|pending|under)\s(?:\w+\s){0,2}(?:review|evaluation|inspection|analysis|approval|release)\b
    | \bbeing\s(?:\w+\s)?(?:reviewed|inspected|examined|analy[sz]ed)\b
    | \b(?:may|might|could|will)\s(?:\w+\s){0,3}be\s(?:\w+\s)?(?:delivered|forwarded|processed|reviewed|inspected|examined)\b
    | \b(?:may|might|can|will)\s(?:\w+\s)?be\sreleased\b | \b(?:may|might|will)\s(?:\w+\s)?(?:arrive|reach)\b
    | \bwe\s(?:will|may|might)\s(?:\w+\s)?(?:deliver|forward|review|examine)\b | \bdelivery\s(?:will|may|might)\sbe\b
    # German, French, Spanish and Portuguese, Italian, Dutch.
    | zur(?:ü|ue)ckgehalten | \baufbewahrt\b | gespeichert\b | \bzur\s(?:\w+\s)?(?:(?:Ü|Ue)ber)?(?:pr(?:ü|ue)fung|freigabe)\b
    | \bwird\s(?:\w+\s){0,3}zugestellt\b | \bzugestellt\swerden\b
    | \bconserv(?:é|at) | \bretenu | \ben\sattente\sd | \b(?:sera|être)\s(?:\S+\s)?(?:remis|livré|distribué)
    | \bretenid | \bretid[oa]\b | \bguardad[oa]\b | \ben\sespera\sd | \bpendiente\sde\b | \baguardando\b
    | \b(?:será|ser)\s(?:\w+\s)?entreg(?:ad|ue) | \btrattenut | \bin\sattesa\sd | \bvastgehouden\b | \bbewaard\b
    """
)
"""As Exim's fakereject and fakedefer, filters with a quarantine and lists with a moderator say it."""
_SAYS_KEPT_BY_A_NO: Final = re.compile(
    r"""(?ix)
    (?:\bnot|n't)\s(?:be\s|been\s)?(?:delivered|released|forwarded|processed|distributed)\s(?:until|unless|before)\b
    | (?:\bnot|n't)\s(?:be\s|been\s)?(?:discarded|deleted|lost|dropped)\b
    """
)
_SAYS_HELD_BACK: Final = re.compile(
    r"""(?ix)
    quarantin | \bmoderat(?:ion|or)\b | \bdiscard | \bbounced?\b | \b(?:dropped|deleted|blocked|rejected|refused|suspended)\b
    | \b(?:held|kept|retained)\b | \bon\shold\b | \bawait(?:s|ing)\b | \b(?:spam|virus|malware|ube)\b
    | \b(?:for|pending)\s(?:\w+\s){0,2}(?:review|evaluation|inspection|analysis|approval|release)\b
    | \bnot\s(?:be\s)?(?:delivered|forwarded|sent)\b
    """
)
"""As amavis ("250 2.7.0 Ok, discarded", "250 2.5.0 Ok, BOUNCE") and filters with a quarantine say it."""


def says_kept(reply: Reply) -> bool:
    """Return whether a refusal of a whole message says that it is kept, or may be delivered all the same."""
    words = _words(reply)
    return _SAYS_KEPT_BY_A_NO.search(words) is not None or _SAYS_KEPT.search(_ORDINARY.sub("", words)) is not None


def says_held_back(reply: Reply) -> bool:
    """Return whether a yes to a message says that it may get no further."""
    return _SAYS_HELD_BACK.search(_words(reply)) is not None


def _words(reply: Reply) -> str:
    """Return the words of an answer as one text: a sentence may go on in the next line."""
    lines = (_CODE.sub("", line, count=1) if _CODE.match(line) else line for line in reply.lines)
    return " ".join(" ".join(lines).replace("\u2019", "'").split())
