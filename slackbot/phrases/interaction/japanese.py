"""What the bot says beside its answers, in Japanese."""

from typing import Final

from slackbot.phrases.interaction.wording import Interaction

JAPANESE: Final = Interaction(
    thanks="ご意見ありがとうございます。気が変わったらもう一度押してください。",
    thanks_for_reason="教えてくださってありがとうございます。回答を直すために使います。",
    reason_title="何が足りませんでしたか?",
    reason_intro="ご意見はもう残しました。理由を教えていただけるとさらに役立ちます。",
    reason_label="理由",
    reasons={
        "wrong": "内容が間違っています",
        "outdated": "内容が古いです",
        "beside": "聞いたことと違います",
        "sources": "出典が回答と合いません",
        "other": "その他",
    },
    reason_more="補足",
    reason_hint="正しい内容や見るべき資料を書いてください",
    send="送る",
    cancel="やめる",
    close="閉じる",
    start_coaching="お知らせを再開する",
    coaching_stopped="会話の習慣についてのお知らせを止めました。`/malmoi コーチング オン` で再開できます。",
    coaching_started="会話の習慣について、一日一回まで、ご本人だけにお知らせします。",
    summary_title="スレッドの要約",
    reading="スレッドを読んでいます…",
    excerpt="以下は新しく書いた要約ではなく、スレッドから選んだ文です。",
    nothing_to_summarise="このスレッドには要約する文がありません。",
    thread_unreadable="このスレッドを読めません。まずこのチャンネルに私を招待してください。",
    summary_failed="要約を作れませんでした。後でもう一度試し、また失敗したら管理者にお知らせください。",
    saved_public="保存しました。このワークスペースのメンバーが私に聞いて見つけられます。",
    saved_private="保存しました。{channel} のメンバーだけが私に聞いて見つけられます。",
    this_conversation="この会話",
    save_later="承りました。今すぐにはできないため、できるようになり次第行います。",
    save_direct="二人だけのメッセージは保存しません。チャンネルのスレッドを保存してください。",
    nothing_to_save="このスレッドには保存する文がありません。",
    unsaved="このスレッドはもう見つからないようにしました。",
    help=(
        "• `/malmoi 質問 休暇は何日ですか?` 回答は自分だけに見えます\n"
        "• `/malmoi モード オフ|メンション|新規|スレッド` このチャンネルで何に答えるかを決めます\n"
        "• `/malmoi コーチング オン|オフ` 会話の習慣のお知らせ。"
        "`コーチング チャンネル オフ` はこのチャンネル全体で止めます\n"
        "• `/malmoi 状態` 今の設定を見ます\n"
        "• `/malmoi 私を忘れて` 私が持つ自分の文とご意見を消去します"
    ),
    ask_empty="聞きたいことも書いてください。例: `/malmoi 質問 休暇は何日ですか?`",
    asking="回答を探しています…",
    too_long_here="回答が長く、ここには表示しきれません。私へのメッセージで聞いてください。",
    mode_set="このチャンネルではこれから: {mode}。",
    mode_unknown="モードは `オフ`、`メンション`、`新規`、`スレッド` のどれかです。",
    mode_direct="私へのメッセージにはいつも答えます。モードはチャンネルで決めてください。",
    modes={
        "off": "答えません",
        "mention": "呼ばれたら答えます",
        "roots": "呼ばれたときと新しい投稿に答えます",
        "threads": "新しい投稿にもスレッドの中にも答えます",
    },
    coaching_here="このチャンネルでの会話の習慣のお知らせ: {state}。",
    on="オン",
    off="オフ",
    status_channel="このチャンネル: {mode}。会話の習慣のお知らせは{state}。",
    status_person="自分への会話の習慣のお知らせ: {state}。",
    status_waiting="回答を待つ質問: {count}件。",
    forget_ask="私が持つ自分の質問、その回答、ご意見、設定をすべて消去します。元に戻せません。",
    forget_button="すべて消去",
    forgotten="すべて消去しました。Slackに残る投稿はご自身で削除してください。",
    home_what="私たちの資料から答えを探し、出典とともにお知らせします。資料になければ、ないと言います。",
    home_how=(
        "*聞き方*\n"
        "• チャンネルで私を呼び、一つの投稿に全部書いてください。回答はそのスレッドに書きます\n"
        "• 私が答えたスレッドでは、呼ばずに続けて聞けます\n"
        "• 私にメッセージを送れば、二人だけで話せます\n"
        "• 投稿の ⋮ メニューからスレッドを要約したり、資料として保存したりできます"
    ),
    home_settings="自分の設定",
    home_coaching="会話の習慣のお知らせ: *{state}*。一日一回まで、自分だけに見えます。",
    home_language="言語: *{language}*。Slackの言語設定に従います。",
    language="日本語",
    greeting="こんにちは。聞きたいことを書いていただければ、資料から探して出典とともにお知らせします。",
    prompts_title="このように聞いてみてください",
    prompt_about="{title}には何が書かれていますか?",
    prompts=("何を聞けますか?", "休暇はどう申請しますか?", "経費はどう請求しますか?"),
)
