"""Run as a program: the bot beside the local Slack, asked in a channel and directly; prints the replies."""

import json
import sys
import time

from slackbot.emulator.process import running, started


def main(index: str) -> None:
    """Start both, ask over ``index``, and end both."""
    with running("--post-interval", "0") as slack:
        environment = {
            "SLACK_API_URL": slack.api_url,
            "SLACK_BOT_TOKEN": slack.bot_token,
            "SLACK_APP_TOKEN": slack.app_token,
        }
        bot = [sys.executable, "-m", "malmoi", "slack", "run", "--index", index, "--json"]
        with started(bot, "the bot", environment):
            client = slack.client
            asked = client.say("general", "@malmoi 주차장은 어디에 있습니까?")
            replies = client.wait_for_replies(asked, timeout=120)
            client.click(asked.channel, replies[0]["ts"], "feedback", value="down")
            client.react(asked.channel, asked.ts, "books")
            direct = client.open_channel("하늘", kind="im", people=["haneul"])
            told = client.say(direct, "점심은 언제 먹습니까?")
            replies += client.wait_for_replies(told, timeout=120)
            time.sleep(1)  # for what a reaction and a click lead to
    print(json.dumps([reply["text"] for reply in replies], ensure_ascii=False))  # noqa: T201


if __name__ == "__main__":
    main(sys.argv[1])
