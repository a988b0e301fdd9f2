// The names that modules offer (`__all__`), of those modules that have no list of their own beside their code.

/** By module, in CPython's order. Nothing is made of a text before somebody asks. */
const NAMES: { readonly [module: string]: string } = {
  contextlib: `
    asynccontextmanager contextmanager closing nullcontext AbstractContextManager AbstractAsyncContextManager
    AsyncExitStack ContextDecorator ExitStack redirect_stdout redirect_stderr suppress aclosing chdir`,
  types: `
    FunctionType LambdaType CodeType MappingProxyType SimpleNamespace CellType GeneratorType CoroutineType
    AsyncGeneratorType MethodType BuiltinFunctionType BuiltinMethodType WrapperDescriptorType MethodWrapperType
    MethodDescriptorType ClassMethodDescriptorType ModuleType TracebackType FrameType GetSetDescriptorType
    MemberDescriptorType new_class resolve_bases prepare_class get_original_bases DynamicClassAttribute coroutine
    GenericAlias UnionType EllipsisType NoneType NotImplementedType CapsuleType`,
  collections: `
    ChainMap Counter OrderedDict UserDict UserList UserString defaultdict deque namedtuple`,
  colorsys: `
    rgb_to_yiq yiq_to_rgb rgb_to_hls hls_to_rgb rgb_to_hsv hsv_to_rgb`,
  dataclasses: `
    dataclass field Field FrozenInstanceError InitVar KW_ONLY MISSING fields asdict astuple make_dataclass replace
    is_dataclass`,
  "email.utils": `
    collapse_rfc2231_value decode_params decode_rfc2231 encode_rfc2231 formataddr formatdate format_datetime
    getaddresses make_msgid mktime_tz parseaddr parsedate parsedate_tz parsedate_to_datetime unquote`,
  enum: `
    EnumType EnumMeta EnumDict Enum IntEnum StrEnum Flag IntFlag ReprEnum auto unique property verify member nonmember
    FlagBoundary STRICT CONFORM EJECT KEEP global_flag_repr global_enum_repr global_str global_enum EnumCheck
    CONTINUOUS NAMED_FLAGS UNIQUE pickle_by_global_name pickle_by_enum_name`,
  fnmatch: `
    filter fnmatch fnmatchcase translate`,
  fractions: `
    Fraction`,
  heapq: `
    heappush heappop heapify heapreplace merge nlargest nsmallest heappushpop`,
  html: `
    escape unescape`,
  "html.entities": `
    html5 name2codepoint codepoint2name entitydefs`,
  io: `
    BlockingIOError open open_code IOBase RawIOBase FileIO BytesIO StringIO BufferedIOBase BufferedReader
    BufferedWriter BufferedRWPair BufferedRandom TextIOBase TextIOWrapper UnsupportedOperation SEEK_SET SEEK_CUR
    SEEK_END DEFAULT_BUFFER_SIZE text_encoding IncrementalNewlineDecoder`,
  json: `
    dump dumps load loads JSONDecoder JSONDecodeError JSONEncoder`,
  "json.decoder": `
    JSONDecoder JSONDecodeError`,
  keyword: `
    iskeyword issoftkeyword kwlist softkwlist`,
  numbers: `
    Number Complex Real Rational Integral`,
  random: `
    Random SystemRandom betavariate binomialvariate choice choices expovariate gammavariate gauss getrandbits getstate
    lognormvariate normalvariate paretovariate randbytes randint random randrange sample seed setstate shuffle
    triangular uniform vonmisesvariate weibullvariate`,
  re: `
    match fullmatch search sub subn split findall finditer compile purge escape error Pattern Match A I L M S X U
    ASCII IGNORECASE LOCALE MULTILINE DOTALL VERBOSE UNICODE NOFLAG RegexFlag PatternError`,
  secrets: `
    choice randbelow randbits SystemRandom token_bytes token_hex token_urlsafe compare_digest`,
  shlex: `
    shlex split quote join`,
  statistics: `
    NormalDist StatisticsError correlation covariance fmean geometric_mean harmonic_mean kde kde_random
    linear_regression mean median median_grouped median_high median_low mode multimode pstdev pvariance quantiles
    stdev variance`,
  string: `
    ascii_letters ascii_lowercase ascii_uppercase capwords digits hexdigits octdigits printable punctuation whitespace
    Formatter Template`,
  struct: `
    calcsize pack pack_into unpack unpack_from iter_unpack Struct error`,
  textwrap: `
    TextWrapper wrap fill dedent indent shorten`,
  typing: `
    Annotated Any Callable ClassVar Concatenate Final ForwardRef Generic Literal Optional ParamSpec Protocol Tuple
    Type TypeVar TypeVarTuple Union AbstractSet ByteString Container ContextManager Hashable ItemsView Iterable
    Iterator KeysView Mapping MappingView MutableMapping MutableSequence MutableSet Sequence Sized ValuesView
    Awaitable AsyncIterator AsyncIterable Coroutine Collection AsyncGenerator AsyncContextManager Reversible
    SupportsAbs SupportsBytes SupportsComplex SupportsFloat SupportsIndex SupportsInt SupportsRound ChainMap Counter
    Deque Dict DefaultDict List OrderedDict Set FrozenSet NamedTuple TypedDict Generator BinaryIO IO Match Pattern
    TextIO AnyStr assert_type assert_never cast clear_overloads dataclass_transform final get_args get_origin
    get_overloads get_protocol_members get_type_hints is_protocol is_typeddict LiteralString Never NewType
    no_type_check no_type_check_decorator NoDefault NoReturn NotRequired overload override ParamSpecArgs
    ParamSpecKwargs ReadOnly Required reveal_type runtime_checkable Self Text TYPE_CHECKING TypeAlias TypeGuard TypeIs
    TypeAliasType Unpack`,
  "urllib.error": `
    URLError HTTPError ContentTooShortError`,
  "urllib.parse": `
    urlparse urlunparse urljoin urldefrag urlsplit urlunsplit urlencode parse_qs parse_qsl quote quote_plus
    quote_from_bytes unquote unquote_plus unquote_to_bytes DefragResult ParseResult SplitResult DefragResultBytes
    ParseResultBytes SplitResultBytes`,
};

/** What a module's `__all__` lists; undefined for a module that is not in the table. */
export function publicNames(module: string): string[] | undefined {
  return Object.hasOwn(NAMES, module) ? (NAMES[module] as string).trim().split(/\s+/) : undefined;
}
