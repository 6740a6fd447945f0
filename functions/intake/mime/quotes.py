"""What the sender wrote: the text without the quoted history and the signature.

Nothing is lost by it: the full text is kept beside the reply, and when folding would leave nothing the reply is the
full text.
"""

import re

from functions.intake.mime.charsets import is_blank

MAX_LINES = 5_000
_LONGEST_MARK = 400

_FROM = (
    r"From|发\s*件\s*人|寄件者|寄件人|差出人|送信者|보낸\s?사람|보낸이|Von|De|Da|Van|Od|"
    r"Från|Fra|Lähettäjä|От|От кого|Kimden|Gönderen"
)
_FIELD = (
    r"Sent|Date|To|Cc|Subject|Reply-To|Importance|发送时间|发送日期|发件时间|时\s*间|日\s*期|收\s*件\s*人|抄\s*送|抄送人|"
    r"主\s*题|主旨|標題|寄件日期|傳送時間|收件者|副本|件名|宛先|送信日時|日時|보낸\s?날짜|받는\s?사람|제목|참조|Gesendet|Datum|An|Betreff|"
    r"Envoyé|Date d'envoi|À|A|Objet|Enviado(?: el)?|Fecha|Para|Asunto|Enviada em|Data|Assunto|Inviato|Oggetto|"
    r"Verzonden|Aan|Onderwerp|Wysłano|Do|Temat|Skickat|Till|Ämne|Sendt|Til|Emne|Отправлено|Дата|Кому|Тема"
)
_HEADER_FROM = re.compile(rf"^[*\s]*(?:{_FROM})[*\s]*[:：][*\s]*\S", re.IGNORECASE)
_HEADER_FIELD = re.compile(rf"^[*\s]*(?:{_FROM}|{_FIELD})[*\s]*[:：]", re.IGNORECASE)
_HEADER_DATE = re.compile(
    r"^[*\s]*(?:Sent|Date|发送时间|发送日期|发件时间|时\s*间|日\s*期|寄件日期|傳送時間|送信日時|日時|보낸\s?날짜|Gesendet|Datum|Envoyé|"
    r"Date d'envoi|Enviado(?: el)?|Fecha|Enviada em|Data|Inviato|Verzonden|Wysłano|Skickat|Sendt|Отправлено|Дата)"
    r"[*\s]*[:：]",
    re.IGNORECASE,
)
"""Every client tells when the mail was sent that it quotes; who describes a mail often leaves it out."""
_DIVIDER = re.compile(
    r"^\s*[-_=—*]{2,}\s*(?:"
    r"(?:The )?Original(?: (?:Message|Appointment|E-?mail))?|"
    r"Forwarded (?:message|by\b.*)|Reply (?:message|above this line.*)|"
    r"原始邮件|原始郵件|邮件原件|郵件原件|原邮件|原郵件|原始信件|转发(?:的)?邮件(?:信息)?|轉寄(?:的)?郵件|转发邮件|回复的(?:原)?邮件|回复邮件|"
    r"元のメッセージ|Original Nachricht|Ursprüngliche Nachricht|Weitergeleitete Nachricht|Message d'origine|"
    r"Message original|Message transféré|Mensaje original|Mensaje reenviado|Mensagem original|Messaggio originale|"
    r"Oorspronkelijk bericht|원본 메일|원본 메시지|Исходное сообщение|Пересланное сообщение|Begin forwarded message"
    r")\s*[:：]?\s*[-_=—*]*\s*$",
    re.IGNORECASE,
)
_BARE_DIVIDER = re.compile(
    r"^\s*(?:Begin forwarded message|开始转发的邮件|以下是转发的邮件|以下是原始邮件|下面是被转发邮件的内容|"
    r"##-?\s*(?:Please type your reply above this line|请在此行上方回复).*)\s*[:：]?\s*$",
    re.IGNORECASE,
)
_ATTRIBUTION = re.compile(
    r"^\s*(?:"
    r"(?:On|At)\b.{6,300}\b(?:wrote|writes|said)\s*[:：]|"
    r".{3,200}<[^<>\s]+@[^<>\s]+>\s*(?:wrote|writes)\s*[:：]|"
    r"(?:在|於).{4,300}(?:写道|寫道|写到|說|说)\s*[:：]|"
    r".{2,300}(?:于|於|在)\s*\d{2,4}.{4,120}(?:写道|寫道|写到)\s*[:：]|"
    r"Le\b.{6,300}a écrit\s*[:：]|Am\b.{6,300}schrieb.{0,200}[:：]|.{3,200}schrieb am.{4,200}[:：]|"
    r"El\b.{6,300}escribió\s*[:：]|Em\b.{6,300}escreveu\s*[:：]|Il\b.{6,300}ha scritto\s*[:：]|"
    r"Op\b.{6,300}(?:schreef.{0,200}|geschreven)\s*[:：]|(?:W dniu|Dnia)\b.{6,300}(?:napisał|pisze).{0,40}[:：]|"
    r"(?:Den|På)\b.{6,300}(?:skrev|följande).{0,200}[:：]|.{6,300}(?:написал\(?а?\)?|пишет)\s*[:：]|"
    r"\d{4}\s*年.{6,200}(?:のメール|[:：]$|が書きました|メッセージ).{0,20}|"
    r"\d{4}\s*년.{6,300}(?:님이|작성|씀).{0,20}[:：]|"
    r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}.{3,200}<[^<>\s]+@[^<>\s]+>.{0,20}[:：]"
    r")\s*$",
    re.IGNORECASE | re.DOTALL,
)
_ATTRIBUTION_START = re.compile(
    r"^\s*(?:(?:On|At|Le|Am|El|Em|Il|Op|Den|På|W dniu|Dnia)\b.*\d|(?:在|於)\s*\d|.*(?:于|於)\s*\d{2,4})",
    re.IGNORECASE,
)
_HINT_OF_ATTRIBUTION = re.compile(r"[:：]|メール|メッセージ|が書きました")
_DIGIT = re.compile(r"\d")
"""What every attribution has; most lines have it not, and are not looked at closer."""
_QUOTED = re.compile(r"^\s{0,3}[>＞]")
_RULE = re.compile(r"^\s*[-_=—*]{8,}\s*$")
_DELIMITER = re.compile(r"^--\s?$|^—\s?$|^-- ?\u00a0?$")
_MOBILE = re.compile(
    r"^\W{0,3}(?:Sent from (?:my|Mail|Outlook|Yahoo|Proton|Gmail|Samsung|Android)\b.{0,50}|"
    r"Sent (?:via|with) [A-Z].{2,40}|Get Outlook for \w+.{0,60}|"
    r"(?:发自|發自)\s?.{1,24}|(?:来自|來自|從|从)\s?(?:我的)?.{0,12}(?:iPhone|iPad|手机|手機|邮箱|客户端|Android|HUAWEI)(?:\s?传送)?|"
    r"获取\s?Outlook.{0,40}|從?下載 ?Outlook.{0,40}|"
    r"从\s?\S{1,20}\s?版?(?:邮件|Mail|Outlook)\s?(?:发送|发出)|"
    r"Von (?:meinem|meiner)\b.{2,40}gesendet.{0,20}|Envoyé (?:de|depuis|à partir)\b.{2,40}|"
    r"Enviad[oa] (?:desde|do|de)\b.{2,40}|Inviato da\b.{2,40}|Verzonden (?:vanaf|met)\b.{2,40}|"
    r"Скачано|Отправлено (?:с|из)\b.{2,40}|(?:iPhone|iPad|Android|Yahoo!メール).{0,20}(?:から送信|より送信).{0,10}|"
    r"나의 (?:iPhone|iPad).{0,20}에서 보냄)\W{0,3}$",
    re.IGNORECASE,
)
_LIST_FOOTER = re.compile(r"^\s*_{20,}\s*$")
_TABLE_EDGE = re.compile(r"^\s*\|\s*\|\s*$")
"""How the signature table of NetEase's clients looks as text."""
_CLOSING = re.compile(
    r"^\s*(?:(?:best|kind|warm|many)?\s*(?:regards|wishes|thanks)|cheers|thank you|sincerely|祝好|此致|谢谢|顺祝商祺|"
    r"mit freundlichen grüßen|cordialement|saludos)\s*[,，!！.。]?\s*$",
    re.IGNORECASE,
)
_CONTACT_LINE = re.compile(
    r"^\s*(?:(?:电话|手机|座机|邮箱|传真|微信|QQ|Tel|Phone|Mobile|Cell|Fax|E-?mail|T|M|F|E)\s*[:：.]\s*\S|"
    r"\+?\d[\d\s()./-]{7,20}$|[\w.+-]{1,64}@[\w.-]{1,190}$)",
    re.IGNORECASE,
)
_INITIALS = re.compile(r"^-{1,2}\s?[A-Z][\w.]*(?: [A-Z][\w.]*){0,3}$")


def fold(text: str) -> tuple[str, str]:
    """Split `text` into the sender's own words and what was folded away.

    The own words are the whole of it when nothing else would remain.
    """
    lines = [line.rstrip() for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n")]
    if len(lines) > MAX_LINES:
        return text.strip(), ""
    kept, history = _without_history(lines)
    kept, signature = _without_signature(kept)
    own = re.sub(r"\n{3,}", "\n\n", "\n".join(kept).strip())
    if is_blank(own):
        return text.strip(), ""
    folded = "\n\n".join(part for part in ("\n".join(signature).strip(), "\n".join(history).strip()) if part)
    return own, folded


def _without_history(lines: list[str]) -> tuple[list[str], list[str]]:
    kept: list[str] = []
    history: list[str] = []
    at = 0
    while at < len(lines):
        lines_of_mark = 1 if _QUOTED.match(lines[at]) else _history_at(lines, at)
        if not lines_of_mark:
            kept.append(lines[at])
            at += 1
            continue
        following = at + lines_of_mark
        if not _QUOTED.match(lines[at]):
            while following < len(lines) and not lines[following]:
                following += 1
            if following < len(lines) and not _QUOTED.match(lines[following]):
                following = len(lines)
        history += lines[at:following]
        at = following
    while history and kept and (not kept[-1] or _RULE.match(kept[-1])):
        kept.pop()
    return kept, history


def _history_at(lines: list[str], at: int) -> int:
    """How many lines from `at` on introduce quoted history; 0 when they do not."""
    line = lines[at]
    if not line or len(line) > _LONGEST_MARK:
        return 0
    if _DIVIDER.match(line) or _BARE_DIVIDER.match(line):
        return 1
    if _HEADER_FROM.match(line):
        block = [other for other in lines[at + 1 : at + 8] if other][:4]
        fields = 0
        for other in block:
            if not _HEADER_FIELD.match(other):
                break
            fields += 1
        if fields >= 2 and (any(map(_HEADER_DATE.match, block[:fields])) or _stands_below_a_rule(lines, at)):
            return 1 + fields
    if _HINT_OF_ATTRIBUTION.search(line) and _ATTRIBUTION.match(line):
        return 1
    if _DIGIT.search(line) and _ATTRIBUTION_START.match(line):
        for count in (2, 3):
            wrapped = [other.strip() for other in lines[at : at + count]]
            if len(wrapped) == count and all(wrapped) and _ATTRIBUTION.match(" ".join(wrapped)[:_LONGEST_MARK]):
                return count
    return 0


def _stands_below_a_rule(lines: list[str], at: int) -> bool:
    above = next((other for other in reversed(lines[max(0, at - 3) : at]) if other), "")
    return _RULE.match(above) is not None


def _without_signature(lines: list[str]) -> tuple[list[str], list[str]]:
    """Cut the signatures that stand at the end, one after the other: a list's below the sender's own."""
    kept, cut = lines, len(lines)
    while (at := _signature_at(kept)) is not None:
        kept, cut = kept[:at], at
    return kept, lines[cut:]


def _signature_at(lines: list[str]) -> int | None:
    """Where a signature begins: a delimiter, a phone's or a list's footer, a block of contact data, or initials."""
    before, remaining = 0, sum(1 for line in lines if line)
    for at, line in enumerate(lines):
        if not line:
            continue
        before, remaining = before + 1, remaining - 1
        if before > 1 and (
            _DELIMITER.match(line)
            or (_MOBILE.match(line) and remaining <= 2)
            or (_LIST_FOOTER.match(line) and remaining <= 5)
            or (_TABLE_EDGE.match(line) and remaining <= 8)
        ):
            return at
    last = next((at for at in range(len(lines) - 1, 0, -1) if lines[at]), 0)
    if last and len(lines[last]) < 40 and _INITIALS.match(lines[last]):
        return last
    return _contact_block_at(lines, last)


def _contact_block_at(lines: list[str], last: int) -> int | None:
    """The last paragraph, if it is short lines that begin with a name or a greeting and tell a phone or an address."""
    first = last
    while first > 0 and lines[first - 1]:
        first -= 1
    block = lines[first : last + 1]
    if not any(lines[:first]) or not 2 <= len(block) <= 7 or any(len(line) > 60 for line in block):
        return None
    opens = _CLOSING.match(block[0]) or not re.search(r"[。.!?！？:：,，;；]$|[:：]", block[0])
    return first if opens and any(_CONTACT_LINE.match(line) for line in block[1:]) else None
