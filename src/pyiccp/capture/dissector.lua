-- The engine: reads the tables above and nothing else. One function per form of a variable part, as in the library.

local declared = {}   -- {protocol, field}, in order
local proto = {
  pyiccp = Proto("pyiccp", "pyiccp link (MLAG)"),
  iccp = Proto("iccp", "Inter-Chassis Communication Protocol"),
}
local sonic = Proto("sonic_iccp", "SONiC iccpd")

local function declare(form)
  form.subtree = ProtoField.none(form.abbrev, form.name)
  declared[#declared + 1] = {form.proto, form.subtree}
  local function make(kind, abbrev, name, base, values, mask)
    local maker = ProtoField[kind]
    local made
    if kind == "bytes" or kind == "string" or kind == "ether" or kind == "ipv4" then made = maker(abbrev, name)
    else made = maker(abbrev, name, base, values, mask) end
    declared[#declared + 1] = {form.proto, made}
    return made
  end
  for _, field in ipairs(form.fields) do
    local base = field.hex and base.HEX or base.DEC
    field.made = make(field.kind, form.abbrev .. "." .. field.name, field.name, base, field.values)
    for _, bits in ipairs(field.bits or {}) do
      bits.made = make(field.kind, form.abbrev .. "." .. bits.name, bits.name, base, nil, bits.mask)
    end
  end
  local tail = form.tail
  if tail and tail.kind == "tlvs" then
    tail.type_made = make(tail.width == 2 and "uint16" or "uint8", form.abbrev .. "." .. tail.name .. ".type",
      "type", base.HEX, tail.values, tail.mask)
    tail.length_made = make(tail.width == 2 and "uint16" or "uint8", form.abbrev .. "." .. tail.name .. ".length",
      "length", base.DEC)
    for _, bits in ipairs(tail.bits or {}) do
      bits.made = make("uint16", form.abbrev .. "." .. tail.name .. "." .. bits.name, bits.name, base.DEC, nil, bits.mask)
    end
  elseif tail and tail.kind == "array" and not tail.form then
    tail.made = make("uint" .. 8 * tail.size, form.abbrev .. "." .. tail.name, tail.name, base.DEC)
  elseif tail and tail.kind == "opaque" then
    tail.made = make(tail.text and "string" or "bytes", form.abbrev .. "." .. tail.name, tail.name)
  end
end

for _, form in ipairs(FORMS) do declare(form) end
do
  local by = {pyiccp = {}, iccp = {}}
  for _, pair in ipairs(declared) do table.insert(by[pair[1]], pair[2]) end
  for name, list in pairs(by) do proto[name].fields = list end
end

local malformed = {
  pyiccp = ProtoExpert.new("pyiccp.malformed", "does not hold together", expert.group.MALFORMED, expert.severity.ERROR),
  iccp = ProtoExpert.new("iccp.malformed", "does not hold together", expert.group.MALFORMED, expert.severity.ERROR),
}
proto.pyiccp.experts = {malformed.pyiccp}
proto.iccp.experts = {malformed.iccp}

local dissect

local function number(tvb, at, width)
  if width == 8 then return tvb(at, 8):uint64():tonumber() end
  return tvb(at, width):uint()
end

local function opaque(form, tail, tvb, at, stop, tree)
  if stop > at then tree:add(tail.made, tvb(at, stop - at)) end
end

local function array(form, tail, tvb, at, stop, tree)
  while at + tail.size <= stop do
    if tail.form then
      dissect(FORMS[tail.form], tvb, at, at + tail.size, tree:add(FORMS[tail.form].subtree, tvb(at, tail.size)))
    else
      tree:add(tail.made, tvb(at, tail.size))
    end
    at = at + tail.size
  end
  if at < stop then tree:add_proto_expert_info(malformed[form.proto]) end
end

local function tlvs(form, tail, tvb, at, stop, tree)
  local size = 2 * tail.width
  while at < stop do
    if stop - at < size then tree:add_proto_expert_info(malformed[form.proto]) return end
    local word, length = number(tvb, at, tail.width), number(tvb, at + tail.width, tail.width)
    local body = at + size
    local last = body + length - (tail.inclusive and size or 0)
    if last > stop or last < body then tree:add_proto_expert_info(malformed[form.proto]) return end
    local inner = FORMS[tail.forms[bit.band(word, tail.mask)] or tail.other]
    local branch = tree:add(inner.subtree, tvb(at, last - at))
    branch:add(tail.type_made, tvb(at, tail.width))
    for _, bits in ipairs(tail.bits or {}) do branch:add(bits.made, tvb(at, tail.width)) end
    branch:add(tail.length_made, tvb(at + tail.width, tail.width))
    dissect(inner, tvb, body, last, branch)
    at = last
  end
end

local TAILS = {opaque = opaque, array = array, tlvs = tlvs}

-- What a format says from `at` to `stop`; returns where it ends.
dissect = function(form, tvb, at, stop, tree)
  for _, field in ipairs(form.fields) do
    if at + field.offset + field.width > stop then
      tree:add_proto_expert_info(malformed[form.proto])
      return stop
    end
    local range = tvb(at + field.offset, field.width)
    tree:add(field.made, range)
    for _, bits in ipairs(field.bits or {}) do tree:add(bits.made, range) end
  end
  if form.bound then
    local said = at + form.bound.origin + number(tvb, at + form.bound.offset, form.bound.width)
    if said > stop or said < at + form.size then tree:add_proto_expert_info(malformed[form.proto])
    else stop = said end
  end
  if form.tail then TAILS[form.tail.kind](form, form.tail, tvb, at + form.size, stop, tree) end
  return stop
end

-- The link: EtherType 0x88B5 is anybody's experiment, so destination and magic decide, never the type alone.
local destination = Field.new("eth.dst")
local ethernet = Dissector.get("eth_withoutfcs")

function proto.pyiccp.dissector(tvb, pinfo, tree)
  local to = destination()
  if tvb:len() < 10 or tvb(0, 8):string() ~= MAGIC or not to or to.range:bytes():tohex() ~= DESTINATION then return 0 end
  local form = FORMS[SEGMENTS[tvb(9, 1):uint()]]
  if not form then return 0 end
  pinfo.cols.protocol = "pyiccp"
  pinfo.cols.info = form.name
  local branch = tree:add(proto.pyiccp, tvb(), "pyiccp link")
  local stop = dissect(form, tvb, 0, tvb:len(), branch:add(form.subtree, tvb()))
  branch:set_len(stop)
  if SEGMENTS[tvb(9, 1):uint()] == DATA and stop > DATA_BODY then
    -- A segment that holds a whole PDU shows it; parts of longer ones stay octets.
    local whole = stop - DATA_BODY >= 14 and tvb(DATA_BODY + 2, 2):uint() == stop - DATA_BODY - 4
    if whole and bit.band(tvb(DATA_FLAGS, 1):uint(), 1) == 0 then
      dissect(FORMS[PDU], tvb, DATA_BODY, stop, branch:add(proto.iccp, tvb(DATA_BODY, stop - DATA_BODY)))
    end
  elseif SEGMENTS[tvb(9, 1):uint()] == ENVELOPE and stop - ENVELOPE_BODY >= 14 then
    ethernet:call(tvb(ENVELOPE_BODY, stop - ENVELOPE_BODY):tvb(), pinfo, tree)
    pinfo.cols.protocol = "pyiccp"
    pinfo.cols.info = form.name
  end
  return tvb:len()
end
DissectorTable.get("ethertype"):add(ETHERTYPE, proto.pyiccp)

-- The keepalive has no port of its own.
proto.pyiccp:register_heuristic("udp", function(tvb, pinfo, tree)
  if tvb:len() < 10 or tvb(0, 8):string() ~= MAGIC or tvb(9, 1):uint() ~= KEEPALIVE_KIND then return false end
  pinfo.cols.protocol = "pyiccp"
  pinfo.cols.info = FORMS[KEEPALIVE].name
  local branch = tree:add(proto.pyiccp, tvb(), "pyiccp keepalive")
  dissect(FORMS[KEEPALIVE], tvb, 0, tvb:len(), branch:add(FORMS[KEEPALIVE].subtree, tvb()))
  return true
end)

-- ICCP in LDP: Wireshark cuts the PDUs and names the TLVs; the values are added behind its tree.
local version = Field.new("ldp.hdr.version")

function proto.iccp.dissector(tvb, pinfo, tree)
  for _, found in ipairs({version()}) do
    local source, at = found.source, found.offset
    if source and at + 10 <= source:len() then
      local stop = math.min(at + 4 + source(at + 2, 2):uint(), source:len())
      dissect(FORMS[PDU], source, at, stop, tree:add(proto.iccp, source(at, stop - at)))
    end
  end
end
register_postdissector(proto.iccp)

-- SONiC's dialect: messages without a PDU around them.
function sonic.dissector(tvb, pinfo, tree)
  if tvb:len() >= 4 and not SONIC_TYPES[tvb(0, 2):uint()] then return 0 end
  dissect_tcp_pdus(tvb, tree, 4, function(buffer, _, offset)
    return buffer(offset + 2, 2):uint() + 4
  end, function(buffer, info, root)
    info.cols.protocol = "SONiC ICCP"
    dissect(FORMS[SONIC_STREAM], buffer, 0, buffer:len(), root:add(proto.iccp, buffer(), "SONiC ICCP"))
  end)
  return tvb:len()
end
DissectorTable.get("tcp.port"):add(SONIC_PORT, sonic)
