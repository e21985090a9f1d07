# ruff: noqa: E501, RUF001 - whole sentences are keys, and Chinese has its own commas
"""What the pages about logging in say, in the languages of the page. The English sentence is the key."""

from django.http import HttpRequest
from django.utils.translation.trans_real import parse_accept_lang_header

from annotation.models import LANGUAGES, Preferences

CHINESE = {
    "Your password, please": "请输入密码",
    "Your code, please": "请输入验证码",
    "This is about how you log in, so it is asked again.": "此操作涉及登录方式，因此需要再次确认。",
    "Password": "密码",
    "Go on": "继续",
    "The second factor": "双重验证",
    "Second factor": "双重验证",
    "Code of your authenticator app, or a recovery code": "身份验证器应用中的验证码，或恢复码",
    "Code": "验证码",
    "Give up the second factor?": "停用双重验证？",
    "Then your password alone lets you in again. Recovery codes end, too.": "停用后仅凭密码即可登录，恢复码也随之失效。",
    "Give it up": "停用",
    "Give it up…": "停用…",
    "Leave it": "取消",
    "Set up a second factor": "设置双重验证",
    "Scan this with an authenticator app, then type the code that it shows.": (
        "请用身份验证器应用扫描此码，然后输入它显示的验证码。"
    ),
    "QR code of the key below": "下方密钥的二维码",
    "Or type the key:": "也可以手动输入密钥：",
    "Set it up": "设置",
    "Set one up…": "设置…",
    "Recovery codes": "恢复码",
    "Each lets you in once when your app is not at hand. They are shown only now: write them down or print this page.": (
        "手边没有该应用时，每个恢复码可用于登录一次。它们只在此刻显示：请抄写下来，或打印本页。"
    ),
    "{left} of {total} are left. They were shown once and are not shown again.": (
        "{total} 个中还剩 {left} 个。它们只显示过一次，不会再次显示。"
    ),
    "New ones…": "重新生成…",
    "I have kept them": "我已保存好",
    "New recovery codes?": "生成新的恢复码？",
    "The {left} that are left end with this.": "剩余的 {left} 个将随之失效。",
    "Make new ones": "生成新的",
    "New recovery codes…": "生成新的恢复码…",
    "Whoever logs in as you needs a code of your authenticator app, set up {day}.": (
        "登录您的账号需要身份验证器应用中的验证码，设置于 {day}。"
    ),
    "{left} recovery codes are left.": "还剩 {left} 个恢复码。",
    "Your password alone lets you in. With an authenticator app a code that changes every half minute is needed as well.": (
        "目前仅凭密码即可登录。使用身份验证器应用后，还需要每半分钟变化一次的验证码。"
    ),
    "To your account": "前往您的账号",
    "The code is wrong, or was used already.": "验证码不正确，或已使用过。",
    "Too many tries. Wait some minutes, then try again.": "尝试次数过多。请等几分钟再试。",
    # Of the package that keeps the second factors.
    "Incorrect code.": "验证码不正确。",
    "Incorrect password.": "密码不正确。",
    "This field is required.": "此项必填。",
    "Authenticator app activated.": "身份验证器应用已启用。",
    "Authenticator app deactivated.": "身份验证器应用已停用。",
    "A new set of recovery codes has been generated.": "已生成一组新的恢复码。",
    "Save them in a secure location now — they won't be shown again.": "请立即保存到安全的地方，它们不会再次显示。",
}
TOO_MANY = "Too many tries. Wait some minutes, then try again."
TRANSLATED = {"zh-Hans": CHINESE}


def language_of(request: HttpRequest) -> str:
    """Returns what the person chose under Account, else the first that her browser asks for and there is."""
    user = request.user
    chosen = user.is_authenticated and Preferences.objects.filter(user=user).values_list("language", flat=True).first()
    if chosen:
        return str(chosen)
    wishes = parse_accept_lang_header(request.headers.get("Accept-Language", ""))
    known = {tag.split("-")[0].lower(): tag for tag in LANGUAGES}
    return next((known[base] for tag, _ in wishes if (base := tag.split("-")[0]) in known), LANGUAGES[0])


def in_words(english: str, language: str, **parts: object) -> str:
    """Returns the text in the language; one that the language lacks, such as another package's, stays as it is."""
    english = " ".join(english.split())
    known = TRANSLATED.get(language, {})
    if english in known or parts:
        return known.get(english, english).format(**parts)
    return " ".join(known.get(sentence, sentence) for sentence in _sentences(english, known))


def _sentences(text: str, known: dict[str, str]) -> list[str]:
    """Two known sentences that came as one text; else the text."""
    first = next((one for one in known if text.startswith(f"{one} ")), None)
    return [text] if first is None else [first, text[len(first) + 1 :]]
