"""What is wrong with a browser bundle, found before it is uploaded; nothing here needs a browser.

A bundle is the whole folder with its page, or one model's folder by itself (`model_folder`).
"""

from compile.check.bundle import check_bundle as check_bundle
from compile.check.fault import Fault as Fault
from compile.check.page import download_bytes as download_bytes
from compile.check.whole import is_whole as is_whole
from compile.check.whole import model_folder as model_folder
from compile.check.whole import model_homes as model_homes
