// Names of CPython's own modules, so that an import of one that is not here says so.

/** One text: nothing is made of it before somebody imports what is not here. */
const NAMES = `
  abc antigravity argparse array ast asyncio atexit base64 bdb binascii bisect builtins bz2 cProfile calendar cmath
  cmd code codecs codeop collections collections.abc colorsys compileall concurrent configparser contextlib
  contextvars copy copyreg csv ctypes curses dataclasses datetime dbm decimal difflib dis doctest email
  email.base64mime email.charset email.contentmanager email.encoders email.errors email.feedparser email.generator
  email.header email.headerregistry email.iterators email.message email.mime email.parser email.policy
  email.quoprimime email.utils encodings ensurepip enum errno faulthandler fcntl filecmp fileinput fnmatch fractions
  ftplib functools gc genericpath getopt getpass gettext glob graphlib grp gzip hashlib heapq hmac html html.entities
  html.parser http idlelib imaplib importlib inspect io ipaddress itertools json json.decoder json.encoder
  json.scanner json.tool keyword linecache locale logging lzma mailbox marshal math mimetypes mmap modulefinder msvcrt
  multiprocessing netrc nt ntpath nturl2path numbers opcode operator optparse os pathlib pdb pickle pickletools
  pkgutil platform plistlib poplib posix posixpath pprint profile pstats pty pwd py_compile pyclbr pydoc pydoc_data
  pyexpat queue quopri random re readline reprlib resource rlcompleter runpy sched secrets select selectors shelve
  shlex shutil signal site smtplib socket socketserver sqlite3 sre_compile sre_constants sre_parse ssl stat statistics
  string stringprep struct subprocess symtable sys sysconfig syslog tabnanny tarfile tempfile termios textwrap this
  threading time timeit tkinter token tokenize tomllib trace traceback tracemalloc tty turtle turtledemo types typing
  unicodedata unittest urllib urllib.error urllib.parse urllib.request urllib.response urllib.robotparser uuid venv
  warnings wave weakref webbrowser winreg winsound wsgiref xml xmlrpc zipapp zipfile zipimport zlib zoneinfo
`;

/**
 * True for a public module of CPython 3.13 (`sys.stdlib_module_names`, and what is in the packages of which a part is here).
 * `fixtures/cpython/record_standard_modules.py` records what the tests compare it with.
 */
export function isStandardModule(name: string): boolean {
  return NAMES.split(/\s+/).includes(name);
}
