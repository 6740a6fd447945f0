"""More Chinese mails: Foxmail, Outlook, Apple Mail, Gmail, WeCom, Aliyun, Sina, phones, and old Unix hands."""

from tests.unit.mail.corpus.source import attached, b, case, file, html, mail, multi, person, text

PNG = b"\x89PNG\r\n\x1a\n0123456789"

FOXMAIL = [
    case(
        "foxmail-new-utf8",
        mail(
            multi(
                "alternative",
                text("系统登录后白屏。\n\n\n\n王芳\n采购部\n电话：021-5555 0100\n"),
                html("<div>系统登录后白屏。</div><hr><div>王芳<br>采购部<br>电话：021-5555 0100</div>"),
            ),
            "X-Mailer: Foxmail 7.2.25.213[cn]",
            "X-Has-Attach: no",
            From=f'"{b("王芳")}" <wang@acme.example>',
            Message_ID="<2026030212000012345678@acme.example>",
            Subject=b("登录后白屏"),
        ),
        message_id="<2026030212000012345678@acme.example>",
        subject="登录后白屏",
        text="系统登录后白屏。\n\n\n\n王芳\n采购部\n电话：021-5555 0100",
        reply="系统登录后白屏。",
        html="<div>系统登录后白屏。</div><hr><div>王芳<br>采购部<br>电话：021-5555 0100</div>",
    ),
    case(
        "foxmail-reply-with-header-block",
        mail(
            text(
                "收到，明天再试。\n\n\n\nwang@acme.example\n \n发件人： 售后服务台\n发送时间： 2026-03-02 11:30\n收件人： 王芳\n主题： Re: 报表打不开\n请清除缓存。"
            ),
            "X-Mailer: Foxmail 7.2.25.213[cn]",
            Subject=b("回复: Re: 报表打不开"),
        ),
        subject="回复: Re: 报表打不开",
        text="收到，明天再试。\n\n\n\nwang@acme.example\n \n发件人： 售后服务台\n发送时间： 2026-03-02 11:30\n收件人： 王芳\n主题： Re: 报表打不开\n请清除缓存。",
        reply="收到，明天再试。\n\nwang@acme.example",
    ),
    case(
        "foxmail-gb2312-subject-with-spaces",
        mail(
            text("急！", "gb2312"),
            Subject=f"{b('紧急', 'gb2312')} {b('生产库宕机', 'gb2312')}",
            charset="ascii",
            From=f"{b('王 芳', 'gb2312')} <wang@acme.example>",
        ),
        **{"from": person("王 芳", "wang@acme.example")},
        subject="紧急生产库宕机",
        text="急！",
    ),
    case(
        "foxmail-several-recipients",
        mail(
            text("各位好", "gb2312"),
            f"Cc: {b('李雷', 'gb2312')} <lilei@acme.example>, =?gb2312?B?uqvDt8O3?= <hmm@acme.example>",
            To=f'"{b("售后", "gb2312")}" <support@aftercare.example>; finance@aftercare.example',
        ),
        to=[person("售后", "support@aftercare.example"), person("", "finance@aftercare.example")],
        cc=[person("李雷", "lilei@acme.example"), person("韩梅梅", "hmm@acme.example")],
        text="各位好",
    ),
    case(
        "foxmail-nested-mixed-related-alternative",
        mail(
            multi(
                "mixed",
                multi(
                    "related",
                    multi("alternative", text("图一"), html('<p>图一<img src="cid:_Foxmail.1@a"></p>'), edge="c"),
                    file("image/png", PNG, "Content-ID: <_Foxmail.1@a>", "Content-Disposition: inline"),
                    edge="b",
                ),
                file(
                    f'application/vnd.ms-excel; name="{b("报表.xls", "gb2312")}"',
                    b"\xd0\xcf",
                    "Content-Disposition: attachment",
                ),
                edge="a",
            )
        ),
        text="图一",
        html='<p>图一<img src="cid:_Foxmail.1@a"></p>',
        attachments=[
            attached("attachment-1.png", "image/png", PNG, inline=True),
            attached("报表.xls", "application/vnd.ms-excel", b"\xd0\xcf"),
        ],
    ),
    case(
        "foxmail-receipt-wanted",
        mail(text("请回执"), "Disposition-Notification-To: wang@acme.example", "X-Mailer: Foxmail 7.2"),
        text="请回执",
    ),
]

OUTLOOK = [
    case(
        "outlook-zh-reply-header-block",
        mail(
            multi(
                "alternative",
                text(
                    "重装后仍然报错。\n\n王芳\n \n发件人: 售后服务台 <support@aftercare.example> \n发送时间: 2026年3月2日 11:30\n收件人: 王芳 <wang@acme.example>\n主题: 回复: [AS-7F3K-92QD] 报表打不开\n \n请重装客户端。",
                    "gb2312",
                ),
                html("<p class=MsoNormal>重装后仍然报错。<o:p></o:p></p>", "gb2312"),
            ),
            "X-Mailer: Microsoft Outlook 16.0",
            "Thread-Index: AdXwAAAA",
            "X-MS-Exchange-Transport-CrossTenantHeadersStamped: X",
            Subject=b("答复: [AS-7F3K-92QD] 报表打不开", "gb2312"),
            In_Reply_To="<0100@email.amazonses.com>",
        ),
        subject="答复: [AS-7F3K-92QD] 报表打不开",
        in_reply_to=["<0100@email.amazonses.com>"],
        text="重装后仍然报错。\n\n王芳\n \n发件人: 售后服务台 <support@aftercare.example> \n发送时间: 2026年3月2日 11:30\n收件人: 王芳 <wang@acme.example>\n主题: 回复: [AS-7F3K-92QD] 报表打不开\n \n请重装客户端。",
        reply="重装后仍然报错。\n\n王芳",
        html="<p>重装后仍然报错。</p>",
    ),
    case(
        "outlook-zh-original-message",
        mail(
            text(
                "谢谢，解决了。\n\n-----邮件原件-----\n发件人: 客服\n发送时间: 2026年3月2日 11:30\n收件人: 王芳\n主题: 答复\n\n内容",
                "gb2312",
            )
        ),
        text="谢谢，解决了。\n\n-----邮件原件-----\n发件人: 客服\n发送时间: 2026年3月2日 11:30\n收件人: 王芳\n主题: 答复\n\n内容",
        reply="谢谢，解决了。",
    ),
    case(
        "outlook-mobile-zh",
        mail(
            text(
                "明白了\n\n获取 Outlook for iOS<https://aka.ms/o0ukef>\n________________________________\n发件人: 客服 <support@aftercare.example>\n发送时间: Monday, March 2, 2026 11:30:00 AM\n收件人: 王芳 <wang@acme.example>\n主题: 回复: 报表\n\n请看。"
            )
        ),
        text="明白了\n\n获取 Outlook for iOS<https://aka.ms/o0ukef>\n________________________________\n发件人: 客服 <support@aftercare.example>\n发送时间: Monday, March 2, 2026 11:30:00 AM\n收件人: 王芳 <wang@acme.example>\n主题: 回复: 报表\n\n请看。",
        reply="明白了",
    ),
    case(
        "outlook-traditional-big5",
        mail(
            text(
                "報表無法開啟\n\n寄件者: 客服 <support@aftercare.example>\n寄件日期: 2026年3月2日 上午 11:30\n收件者: 王芳\n主旨: 回覆: 報表\n\n請重試",
                "big5",
            ),
            Subject=b("回覆: 報表無法開啟", "big5"),
            From=f"{b('王芳', 'big5')} <wang@acme.example>",
        ),
        subject="回覆: 報表無法開啟",
        text="報表無法開啟\n\n寄件者: 客服 <support@aftercare.example>\n寄件日期: 2026年3月2日 上午 11:30\n收件者: 王芳\n主旨: 回覆: 報表\n\n請重試",
        reply="報表無法開啟",
    ),
    case(
        "outlook-html-border-quote",
        mail(
            html(
                '<div class="WordSection1"><p>附件已收到。</p><div style="border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm">'
                "<p><b>发件人:</b> 客服<br><b>发送时间:</b> 2026年3月2日 11:30<br><b>收件人:</b> 王芳<br><b>主题:</b> 回复</p></div><p>原文</p></div>"
            )
        ),
        text="附件已收到。\n\n发件人: 客服\n发送时间: 2026年3月2日 11:30\n收件人: 王芳\n主题: 回复\n\n原文",
        reply="附件已收到。",
        html='<div><p>附件已收到。</p><div style="border:none;padding:3.0pt 0cm 0cm 0cm"><p><b>发件人:</b> 客服<br><b>发送时间:</b> 2026年3月2日 11:30<br><b>收件人:</b> 王芳<br><b>主题:</b> 回复</p></div><p>原文</p></div>',
    ),
    case(
        "outlook-remote-picture-and-script",
        mail(
            html(
                '<p>你好<img src="https://track.example/p.gif"><script>alert(1)</script><a href="javascript:x()">点</a><a href="https://acme.example/r">报表</a></p>'
            )
        ),
        text="你好点报表 <https://acme.example/r>",
        html='<p>你好<img><a rel="noopener noreferrer nofollow">点</a><a href="https://acme.example/r" rel="noopener noreferrer nofollow">报表</a></p>',
    ),
]

APPLE = [
    case(
        "apple-zh-reply",
        mail(
            text(
                "好了，多谢。\n\n> 在 2026年3月2日，11:30，售后服务台 <support@aftercare.example> 写道：\n> \n> 请重启。\n"
            ),
            "X-Mailer: Apple Mail (2.3654.120.0.1.13)",
            Subject=b("Re: 报表打不开"),
        ),
        subject="Re: 报表打不开",
        text="好了，多谢。\n\n> 在 2026年3月2日，11:30，售后服务台 <support@aftercare.example> 写道：\n> \n> 请重启。",
        reply="好了，多谢。",
    ),
    case(
        "apple-zh-attribution-then-quote",
        mail(
            text(
                "收到。\n\n发自我的 iPad\n\n> 售后服务台 <support@aftercare.example> 于2026年3月2日 上午11:30写道：\n> \n> 请重启。"
            )
        ),
        text="收到。\n\n发自我的 iPad\n\n> 售后服务台 <support@aftercare.example> 于2026年3月2日 上午11:30写道：\n> \n> 请重启。",
        reply="收到。",
    ),
    case(
        "apple-flowed-utf8",
        mail(
            b"Content-Type: text/plain; charset=utf-8; format=flowed; delsp=yes\nContent-Transfer-Encoding: 8bit\n\n"
            + "今天上午十点开始 \n一直打不开\n".encode()
        ),
        text="今天上午十点开始一直打不开",
    ),
    case(
        "apple-picture-between-texts",
        mail(
            multi(
                "mixed",
                text("上图"),
                file(
                    'image/jpeg; x-unix-mode=0644; name="IMG_0001.jpeg"',
                    b"\xff\xd8\xff",
                    "Content-Disposition: inline; filename=IMG_0001.jpeg",
                ),
                text("下图"),
            )
        ),
        text="上图\n\n下图",
        attachments=[attached("IMG_0001.jpeg", "image/jpeg", b"\xff\xd8\xff", inline=True)],
    ),
    case(
        "apple-decomposed-file-name",
        mail(
            multi(
                "mixed",
                text("见附件"),
                file(
                    "application/pdf",
                    b"%PDF",
                    "Content-Disposition: attachment;\n filename*=utf-8''%E8%AF%B4%E6%98%8E%20%281%29.pdf",
                ),
            )
        ),
        text="见附件",
        attachments=[attached("说明 (1).pdf", "application/pdf", b"%PDF")],
    ),
]

OTHERS = [
    case(
        "gmail-zh-reply",
        mail(
            multi(
                "alternative",
                text("还有问题\n\n售后服务台 <support@aftercare.example> 于2026年3月2日周一 11:30写道：\n\n> 请重试\n"),
                html(
                    '<div dir="ltr">还有问题</div><br><div class="gmail_quote"><div dir="ltr" class="gmail_attr">售后服务台 于2026年3月2日周一 11:30写道：<br></div><blockquote style="margin:0 0 0 .8ex;border-left:1px #ccc solid;padding-left:1ex">请重试</blockquote></div>'
                ),
            ),
            From="王芳 <wang@gmail.com>",
        ),
        **{"from": person("王芳", "wang@gmail.com")},
        text="还有问题\n\n售后服务台 <support@aftercare.example> 于2026年3月2日周一 11:30写道：\n\n> 请重试",
        reply="还有问题",
        html='<div dir="ltr">还有问题</div><br><div><div dir="ltr">售后服务台 于2026年3月2日周一 11:30写道：<br></div><blockquote style="border-left:1px #ccc solid;padding-left:1ex">请重试</blockquote></div>',
    ),
    case(
        "gmail-zh-tw-reply",
        mail(text("還是不行\n\n客服 <support@aftercare.example> 於 2026年3月2日 週一 上午11:30寫道：\n> 請重試")),
        text="還是不行\n\n客服 <support@aftercare.example> 於 2026年3月2日 週一 上午11:30寫道：\n> 請重試",
        reply="還是不行",
    ),
    case(
        "wecom-exmail",
        mail(
            multi(
                "alternative",
                text("合同盖章流程卡住了\n\n\n\n发自企业微信", "gb18030"),
                html("<p>合同盖章流程卡住了</p>", "gb18030"),
            ),
            "X-QQ-SSF: 00400000000000Z0000000000000000",
            "X-Mailer: QQMail 2.x",
            Message_ID="<tencent_6F1A2B3C4D5E6F708192A3B4@acme.example>",
        ),
        message_id="<tencent_6F1A2B3C4D5E6F708192A3B4@acme.example>",
        text="合同盖章流程卡住了\n\n\n\n发自企业微信",
        reply="合同盖章流程卡住了",
        html="<p>合同盖章流程卡住了</p>",
    ),
    case(
        "aliyun-reply",
        mail(
            text(
                "知道了\n\n------------------------------------------------------------------\n发件人：售后服务台 <support@aftercare.example>\n发送时间：2026年3月2日(星期一) 11:30\n收件人：王芳 <wang@aliyun.com>\n主　题：Re: 报表\n\n请重试"
            ),
            From=f"{b('王芳')} <wang@aliyun.com>",
        ),
        **{"from": person("王芳", "wang@aliyun.com")},
        text="知道了\n\n------------------------------------------------------------------\n发件人：售后服务台 <support@aftercare.example>\n发送时间：2026年3月2日(星期一) 11:30\n收件人：王芳 <wang@aliyun.com>\n主　题：Re: 报表\n\n请重试",
        reply="知道了",
    ),
    case(
        "sina-reply",
        mail(
            text(
                "可以了\n----- 原始邮件 -----\n发件人：<support@aftercare.example>\n收件人：<wang@sina.com>\n主题：回复\n日期：2026年03月02日 11点30分\n\n请重试",
                "gbk",
            ),
            From=f"{b('王芳', 'gbk')} <wang@sina.com>",
        ),
        **{"from": person("王芳", "wang@sina.com")},
        text="可以了\n----- 原始邮件 -----\n发件人：<support@aftercare.example>\n收件人：<wang@sina.com>\n主题：回复\n日期：2026年03月02日 11点30分\n\n请重试",
        reply="可以了",
    ),
    case(
        "huawei-phone",
        mail(text("打印机不工作\n来自我的华为手机"), From=f"{b('王芳')} <wang@189.cn>"),
        **{"from": person("王芳", "wang@189.cn")},
        text="打印机不工作\n来自我的华为手机",
        reply="打印机不工作",
    ),
    case(
        "unlabelled-gbk",
        mail("请尽快处理，客户在等。报表和发票都打不开。\n".encode("gbk"), Subject=None),
        subject="",
        text="请尽快处理，客户在等。报表和发票都打不开。",
        defects=["8-bit text labelled with no charset"],
    ),
    case(
        "hz-old-unix",
        mail(text("您好，打印机卡纸", "hz", "7bit"), Subject="printer"),
        subject="printer",
        text="您好，打印机卡纸",
    ),
    case(
        "utf8-labelled-gb2312",
        mail(text("编码标错了但是能读", "utf-8", "8bit").replace(b'"utf-8"', b'"gb2312"')),
        text="编码标错了但是能读",
        defects=["labelled gb2312 but is utf-8"],
    ),
    case(
        "netease-enterprise-encoded-address-name",
        mail(text("测试"), From='"=?UTF-8?B?546L6IqzKOmHh+i0rSk=?=" <wang@acme.example>'),
        **{"from": person("王芳(采购)", "wang@acme.example")},
        text="测试",
    ),
    case("full-width-quote-marks", mail(text("＞ 原来的话\n我的回答")), text="＞ 原来的话\n我的回答", reply="我的回答"),
    case("only-a-quote-is-shown-whole", mail(text("> 只有引用\n> 没有别的")), text="> 只有引用\n> 没有别的"),
]
