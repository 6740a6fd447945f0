"""Domains where anybody may have an address: they tell nothing about the company."""

from typing import Final

_LISTED: Final = """
    126.com 139.com 163.com 163.net 188.com 189.cn 21cn.com 263.net aliyun.com eyou.com foxmail.com qq.com sina.cn
    sina.com sina.com.cn sogou.com sohu.com tom.com vip.126.com vip.163.com vip.qq.com vip.sina.com wo.cn yeah.net
    aol.com att.net bigpond.com bk.ru bluewin.ch btinternet.com comcast.net daum.net duck.com email.cz fastmail.com
    fastmail.fm free.fr freenet.de gmail.com gmx.at gmx.ch gmx.com gmx.de gmx.net googlemail.com hanmail.net hey.com
    hotmail.co.jp hotmail.co.uk hotmail.com hotmail.de hotmail.es hotmail.fr hotmail.it hushmail.com icloud.com
    inbox.ru interia.pl laposte.net libero.it list.ru live.cn live.co.uk live.com live.de live.fr live.nl mac.com
    mail.com mail.ru me.com msn.com naver.com o2.pl onet.pl op.pl orange.fr outlook.com outlook.de outlook.es
    outlook.fr outlook.jp pm.me proton.me protonmail.ch protonmail.com rambler.ru rediffmail.com rocketmail.com
    sbcglobal.net seznam.cz sfr.fr t-online.de tuta.com tuta.io tutanota.com tutanota.de ukr.net uol.com.br verizon.net
    virgilio.it wanadoo.fr web.de wp.pl ya.ru yahoo.ca yahoo.cn yahoo.co.in yahoo.co.jp yahoo.co.uk yahoo.com
    yahoo.com.au yahoo.com.br yahoo.com.cn yahoo.com.hk yahoo.com.tw yahoo.de yahoo.es yahoo.fr yahoo.in yahoo.it
    yandex.com yandex.ru ymail.com zoho.com
"""

FREE_MAIL: Final = frozenset(_LISTED.split())
