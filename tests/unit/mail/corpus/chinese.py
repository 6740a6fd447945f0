"""Mails of Chinese clients: QQ and NetEase here, and with them those of the other clients."""

from tests.unit.mail.corpus.chinese_offices import APPLE, FOXMAIL, OTHERS, OUTLOOK
from tests.unit.mail.corpus.source import Case, attached, b, case, file, html, mail, multi, person, q, text

PNG = b"\x89PNG\r\n\x1a\n0123456789"
WANG_QQ = person("王芳", "12345678@qq.com")

QQ = [
    case(
        "qq-web-new-gb18030",
        mail(
            multi(
                "alternative",
                text("报表导出一直转圈\n请帮忙看看", "gb18030"),
                html("<div>报表导出一直转圈</div><div>请帮忙看看</div>", "gb18030"),
                edge="----=_NextPart_5E5C8F1A_0BCD",
            ),
            "X-Priority: 3",
            "X-QQ-MIME: TCMime 1.0 by Tencent",
            "X-Mailer: QQMail 2.x",
            From=f'"{b("王芳", "gb18030")}" <12345678@qq.com>',
            Subject=b("报表导出一直转圈", "gb18030"),
            Message_ID="<tencent_0A1B2C3D4E5F60718293A4B5C6D7E8F90A05@qq.com>",
        ),
        **{"from": WANG_QQ},
        message_id="<tencent_0A1B2C3D4E5F60718293A4B5C6D7E8F90A05@qq.com>",
        subject="报表导出一直转圈",
        text="报表导出一直转圈\n请帮忙看看",
        html="<div>报表导出一直转圈</div><div>请帮忙看看</div>",
    ),
    case(
        "qq-web-reply-original-mail",
        mail(
            text(
                "还是不行，换了浏览器也一样。\n\n\n\n------------------&nbsp;原始邮件&nbsp;------------------\n"
                '发件人: "售后服务台" <support@aftercare.example>;\n发送时间: 2026年3月2日(星期一) 上午11:30\n'
                '收件人: "王芳"<12345678@qq.com>;\n主题: Re: [AS-7F3K-92QD] 报表打不开\n\n请清除缓存后再试。'.replace(
                    "&nbsp;", " "
                ),
                "gb18030",
            ),
            From=f"{b('王芳', 'gb18030')} <12345678@qq.com>",
            Subject=b("回复：[AS-7F3K-92QD] 报表打不开", "gb18030"),
            In_Reply_To="<0100@email.amazonses.com>",
            References="<1@acme.example> <0100@email.amazonses.com>",
        ),
        **{"from": WANG_QQ},
        subject="回复：[AS-7F3K-92QD] 报表打不开",
        in_reply_to=["<0100@email.amazonses.com>"],
        references=["<1@acme.example>", "<0100@email.amazonses.com>"],
        text="还是不行，换了浏览器也一样。\n\n\n\n------------------ 原始邮件 ------------------\n"
        '发件人: "售后服务台" <support@aftercare.example>;\n发送时间: 2026年3月2日(星期一) 上午11:30\n'
        '收件人: "王芳"<12345678@qq.com>;\n主题: Re: [AS-7F3K-92QD] 报表打不开\n\n请清除缓存后再试。',
        reply="还是不行，换了浏览器也一样。",
    ),
    case(
        "qq-html-only-reply",
        mail(
            html(
                '<div>已经好了，谢谢！</div><div><br></div><div style="font-size:12px;font-family:Arial Narrow">'
                '------------------ 原始邮件 ------------------</div><div><b>发件人:</b>&nbsp;"客服"&lt;support@aftercare.example&gt;;</div>'
                "<div>请重启试试</div>",
                "gbk",
            ),
            From=f"{q('王芳', 'gbk')} <12345678@qq.com>",
            Subject=q("回复: 报表打不开", "gbk"),
        ),
        **{"from": WANG_QQ},
        subject="回复: 报表打不开",
        text='已经好了，谢谢！\n\n------------------ 原始邮件 ------------------\n发件人: "客服"<support@aftercare.example>;\n请重启试试',
        reply="已经好了，谢谢！",
        html='<div>已经好了，谢谢！</div><div><br></div><div style="font-size:12px">------------------ 原始邮件 ------------------</div>'
        '<div><b>发件人:</b>&nbsp;"客服"&lt;support@aftercare.example&gt;;</div><div>请重启试试</div>',
    ),
    case(
        "qq-mobile-signature",
        mail(text("登录不上去，提示密码错误\n\n\n发自我的iPhone", "utf-8"), From=f"{b('王芳')} <12345678@qq.com>"),
        **{"from": WANG_QQ},
        text="登录不上去，提示密码错误\n\n\n发自我的iPhone",
        reply="登录不上去，提示密码错误",
    ),
    case(
        "qq-inline-screenshot-by-cid",
        mail(
            multi(
                "related",
                html('<div>见图</div><div><img src="cid:A1B2C3D4@5E5C8F1A.png" width="640"></div>', "gb18030"),
                file(
                    f'image/png; name="{b("截图.png", "gb18030")}"',
                    PNG,
                    "Content-ID: <A1B2C3D4@5E5C8F1A.png>",
                    f'Content-Disposition: attachment; filename="{b("截图.png", "gb18030")}"',
                ),
            ),
            From=f"{b('王芳', 'gb18030')} <12345678@qq.com>",
        ),
        **{"from": WANG_QQ},
        text="见图",
        html='<div>见图</div><div><img src="cid:A1B2C3D4@5E5C8F1A.png" width="640"></div>',
        attachments=[attached("截图.png", "image/png", PNG, inline=True)],
    ),
    case(
        "qq-attachment-raw-gbk-name",
        mail(
            multi(
                "mixed",
                text("日志见附件", "gb18030"),
                file(
                    'application/zip; name="错误日志.zip"',
                    b"PK\x03\x04",
                    'Content-Disposition: attachment; filename="错误日志.zip"',
                    charset="gbk",
                ),
            ),
            From=f"{b('王芳', 'gb18030')} <12345678@qq.com>",
        ),
        **{"from": WANG_QQ},
        text="日志见附件",
        attachments=[attached("错误日志.zip", "application/zip", b"PK\x03\x04")],
    ),
    case(
        "qq-split-character-across-words",
        mail(
            text("你好", "gb18030"), From="12345678@qq.com", Subject="=?gb18030?B?saix7bQ=?=\r\n =?gb18030?B?8rK7v6o=?="
        ),
        **{"from": person("", "12345678@qq.com")},
        subject="报表打不开",
        text="你好",
    ),
    case(
        "qq-international-english-reply",
        mail(
            text(
                'Still the same.\n\n------------------ Original ------------------\nFrom: "Support";<support@aftercare.example>;\n'
                'Date: Mon, Mar 2, 2026 11:30 AM\nTo: "Wang"<12345678@qq.com>;\nSubject: Re: report\n\nPlease reload.'
            ),
            From="Wang <12345678@qq.com>",
            Subject="Re: report",
        ),
        **{"from": person("Wang", "12345678@qq.com")},
        subject="Re: report",
        text='Still the same.\n\n------------------ Original ------------------\nFrom: "Support";<support@aftercare.example>;\n'
        'Date: Mon, Mar 2, 2026 11:30 AM\nTo: "Wang"<12345678@qq.com>;\nSubject: Re: report\n\nPlease reload.',
        reply="Still the same.",
    ),
]

WANG_163 = person("王芳", "wangfang@163.com")
NETEASE = [
    case(
        "163-coremail-new-gbk",
        mail(
            multi(
                "alternative",
                text("您好：\n  发票抬头开错了，请重开。\n  谢谢", "GBK"),
                html(
                    '<div style="line-height:1.7;color:#000000;font-size:14px">您好：<br>&nbsp; 发票抬头开错了，请重开。<br>&nbsp; 谢谢</div>',
                    "GBK",
                ),
                edge="----=_Part_12345_67890.1583121600000",
            ),
            "X-Coremail-Locale: zh_CN",
            "X-Originating-IP: [203.0.113.7]",
            "X-CM-TRANSID: 12345",
            From=f"{b('王芳', 'GBK')} <wangfang@163.com>",
            Subject=b("发票抬头", "GBK"),
            Message_ID="<5e5c8f1a.1f.170a1b2c3d4.Coremail.wangfang@163.com>",
            Date="Mon, 2 Mar 2026 12:00:00 +0800 (CST)",
        ),
        **{"from": WANG_163},
        message_id="<5e5c8f1a.1f.170a1b2c3d4.Coremail.wangfang@163.com>",
        subject="发票抬头",
        text="您好：\n  发票抬头开错了，请重开。\n  谢谢",
        html='<div style="color:#000000;font-size:14px">您好：<br>&nbsp; 发票抬头开错了，请重开。<br>&nbsp; 谢谢</div>',
    ),
    case(
        "163-reply-attribution-with-at",
        mail(
            text(
                '还是打不开。\n\n\n\n\n\n在 2026-03-02 11:30:00，"售后服务台" <support@aftercare.example> 写道：\n\n请清除缓存。',
                "GBK",
            ),
            From=f"{b('王芳', 'GBK')} <wangfang@163.com>",
            Subject=b("Re:Re: 报表打不开", "GBK"),
            In_Reply_To="<0100@email.amazonses.com>",
        ),
        **{"from": WANG_163},
        subject="Re:Re: 报表打不开",
        in_reply_to=["<0100@email.amazonses.com>"],
        text='还是打不开。\n\n\n\n\n\n在 2026-03-02 11:30:00，"售后服务台" <support@aftercare.example> 写道：\n\n请清除缓存。',
        reply="还是打不开。",
    ),
    case(
        "163-master-signature-table",
        mail(
            text("导出功能坏了。\n\n| |\n王芳\n|\n|\nwangfang@163.com\n|\n签名由网易邮箱大师定制", "UTF-8"),
            From=f"{b('王芳')} <wangfang@163.com>",
        ),
        **{"from": WANG_163},
        text="导出功能坏了。\n\n| |\n王芳\n|\n|\nwangfang@163.com\n|\n签名由网易邮箱大师定制",
        reply="导出功能坏了。",
    ),
    case(
        "163-master-reply-header",
        mail(
            text(
                "好的，我试试。\n\n---- 回复的原邮件 ----\n| 发件人 | 售后服务台<support@aftercare.example> |\n| 日期 | 2026年03月02日 11:30 |\n| 主题 | 回复：报表打不开 |\n请清除缓存。"
            ),
            From=f"{b('王芳')} <wangfang@163.com>",
            Subject=b("回复：报表打不开"),
        ),
        **{"from": WANG_163},
        subject="回复：报表打不开",
        text="好的，我试试。\n\n---- 回复的原邮件 ----\n| 发件人 | 售后服务台<support@aftercare.example> |\n| 日期 | 2026年03月02日 11:30 |\n| 主题 | 回复：报表打不开 |\n请清除缓存。",
        reply="好的，我试试。",
    ),
    case(
        "126-gb2312-label-with-gbk-characters",
        mail(
            text("深圳市喆镕科技：订单里的“镕”字显示不出来", "gb2312", "8bit"),
            charset="gb2312",
            From="王芳 <wangfang@126.com>",
            Subject="订单里的“镕”字",
        ),
        **{"from": person("王芳", "wangfang@126.com")},
        subject="订单里的“镕”字",
        text="深圳市喆镕科技：订单里的“镕”字显示不出来",
    ),
    case(
        "163-rfc2231-attachment",
        mail(
            multi(
                "mixed",
                text("附件是合同", "GBK"),
                file(
                    "application/pdf",
                    b"%PDF-1.7",
                    "Content-Disposition: attachment;\n filename*0*=GBK''%BA%CF%CD%AC;\n filename*1*=%B8%BD%BC%FE.pdf",
                ),
            ),
            From=f"{b('王芳', 'GBK')} <wangfang@163.com>",
            Subject=b("合同", "GBK"),
        ),
        **{"from": WANG_163},
        subject="合同",
        text="附件是合同",
        attachments=[attached("合同附件.pdf", "application/pdf", b"%PDF-1.7")],
    ),
    case(
        "yeah-net-quoted-printable",
        mail(
            text("支付页面报错 500\n订单号：20260302-001", "gbk", "quoted-printable"),
            From=f"{q('王芳', 'gbk')} <wangfang@yeah.net>",
            Subject=q("支付报错", "gbk"),
        ),
        **{"from": person("王芳", "wangfang@yeah.net")},
        subject="支付报错",
        text="支付页面报错 500\n订单号：20260302-001",
    ),
    case(
        "163-forward-inline",
        mail(
            text(
                '请处理。\n\n-------- 转发邮件信息 --------\n发件人："李雷" <lilei@acme.example>\n发送日期：2026-03-01 09:00:00\n收件人：wangfang@163.com\n主题：网站打不开\n\n首页 502。'
            ),
            From=f"{b('王芳')} <wangfang@163.com>",
            Subject=b("转发:网站打不开"),
        ),
        **{"from": WANG_163},
        subject="转发:网站打不开",
        text='请处理。\n\n-------- 转发邮件信息 --------\n发件人："李雷" <lilei@acme.example>\n发送日期：2026-03-01 09:00:00\n收件人：wangfang@163.com\n主题：网站打不开\n\n首页 502。',
        reply="请处理。",
    ),
]

CHINESE: list[Case] = [*QQ, *NETEASE, *FOXMAIL, *OUTLOOK, *APPLE, *OTHERS]
