-- A person's session in Neovim, without a screen: `nvim --headless -u neovim.lua`, in a copy of workspace/. The package is
-- on 'runtimepath' ($PACKAGE). Each step waits for what it shows, for at most LIMIT milliseconds; the first that fails ends
-- it with code 1.

local LIMIT = 10000

vim.opt.runtimepath:prepend(vim.env.PACKAGE)
vim.opt.swapfile = false
vim.cmd('filetype plugin indent on')
vim.cmd('syntax on')

local function fail(message)
  io.stderr:write('neovim: ' .. message .. '\n')
  vim.cmd('cquit 1')
end

local function until_true(what, condition)
  if not vim.wait(LIMIT, condition, 5) then
    error(what .. ': not within ' .. LIMIT .. ' ms', 0)
  end
end

local function equal(what, found, expected)
  if found ~= expected then
    error(('%s: %s, and not %s'):format(what, vim.inspect(found), vim.inspect(expected)), 0)
  end
end

local function lines(buffer)
  return table.concat(vim.api.nvim_buf_get_lines(buffer or 0, 0, -1, false), '\n')
end

-- The cursor on the first place of `text`, as after a search.
local function go_to(text)
  vim.fn.cursor(1, 1)
  equal('search for ' .. text, vim.fn.search('\\V' .. text, 'cW') > 0, true)
end

local function messages()
  return vim.tbl_map(function(diagnostic) return diagnostic.message end, vim.diagnostic.get(0))
end

-- Who would be asked takes the first offer whose title has `wanted`; what was offered is kept.
local offered
local function answer(wanted)
  offered = {}
  vim.ui.select = function(items, options, choose)
    for index, item in ipairs(items) do
      local title = options.format_item(item)
      offered[#offered + 1] = title
      if title:find(wanted, 1, true) then
        return choose(item, index)
      end
    end
    choose(nil)
  end
end

local function session()
  vim.cmd('edit readers.iamx')
  equal('filetype', vim.bo.filetype, 'iamx')
  equal('commentstring', vim.bo.commentstring, '// %s')
  equal('shiftwidth', vim.bo.shiftwidth, 2)

  -- Without the server: colours and indentation.
  go_to('role')
  local function colour() return vim.fn.synIDattr(vim.fn.synID(vim.fn.line('.'), vim.fn.col('.'), 1), 'name') end
  equal('colour of role', colour(), 'iamxKeyword')
  go_to('s3:Get')
  equal('colour of an action', colour(), 'iamxWord')
  go_to('// Who')
  equal('colour of a comment', colour(), 'iamxComment')
  local text = lines()
  vim.cmd([[silent %s/^\s*//]])
  vim.cmd('silent normal! gg=G')
  equal('indentation', lines(), text)
  vim.bo.modified = false
  vim.cmd('silent edit!')

  -- The mistake is shown, with what it is and where to read on.
  until_true('the first finding', function() return #messages() > 0 end)
  local found = vim.diagnostic.get(0)
  equal('findings', #found, 1)
  equal('finding', found[1].message:match('^[^\n]*'), '`s3` has no action `GetObjct`')
  equal('line', found[1].lnum, 6)
  equal('severity', found[1].severity, vim.diagnostic.severity.ERROR)
  equal('code', found[1].code, 'unknown-action')

  -- Its fix is offered and mends it.
  go_to('s3:GetObjct')
  answer('s3:GetObject')
  vim.lsp.buf.code_action()
  until_true('the fix', function() return lines():find('s3:GetObject on', 1, true) end)
  until_true('no finding any more', function() return #messages() == 0 end)

  -- Hover on the action opens a window that says what it is.
  go_to('s3:GetObject')
  vim.lsp.buf.hover()
  local hover
  until_true('hover', function()
    for _, window in ipairs(vim.api.nvim_list_wins()) do
      if vim.api.nvim_win_get_config(window).relative ~= '' then
        hover = lines(vim.api.nvim_win_get_buf(window))
      end
    end
    return hover
  end)
  equal('hover names the action', hover:find('s3:GetObject', 1, true) ~= nil, true)
  equal('hover says its level', hover:lower():find('read', 1, true) ~= nil, true)

  -- What an item compiles to, with the statement under the cursor.
  local here = vim.api.nvim_get_current_buf()
  go_to('s3:GetObject')
  local compiled
  local function shown() return compiled and lines(compiled) or '' end
  vim.cmd('IamxCompiled')
  until_true('compiled', function()
    compiled = vim.fn.bufnr('iamx://compiled')
    return compiled > 0 and shown():find('"Action": "s3:GetObject"', 1, true)
  end)
  local mark = vim.api.nvim_buf_get_extmarks(compiled, vim.api.nvim_create_namespace('iamx_compiled'), 0, -1, {})[1]
  equal('marked', vim.api.nvim_buf_get_lines(compiled, mark[2], mark[2] + 1, false)[1], '    {')
  equal('the buffer is the same', vim.api.nvim_get_current_buf(), here)
  vim.cmd('bwipeout ' .. compiled)

  -- Definition leads into the other file, by the server that runs already.
  local readers = vim.api.nvim_get_current_buf()
  vim.o.hidden = true
  go_to('reports.object')
  vim.lsp.buf.definition()
  until_true('definition', function() return vim.api.nvim_buf_get_name(0):match('buckets%.iamx$') end)
  equal('line of the definition', vim.api.nvim_get_current_line(), 'resource reports: s3.bucket("acme-prod-reports")')
  local buckets = vim.api.nvim_get_current_buf()
  local get_clients = vim.lsp.get_clients or vim.lsp.get_active_clients
  local clients = get_clients()
  equal('servers', #clients, 1)
  equal('the server of the second file', vim.lsp.buf_is_attached(buckets, clients[1].id), true)

  -- Renaming changes both files.
  go_to('reports:')
  vim.lsp.buf.rename('sales')
  until_true('renamed here', function() return lines(buckets):find('resource sales: s3', 1, true) end)
  until_true('renamed there', function() return lines(readers):find('use buckets.sales', 1, true) end)
  equal('each use', select(2, lines(readers):gsub('sales', '')), 3)
  equal('none left', lines(readers):find('reports', 1, true), nil)

  -- Formatting.
  vim.api.nvim_set_current_buf(readers)
  if vim.lsp.buf.format then vim.lsp.buf.format({ timeout_ms = LIMIT }) else vim.lsp.buf.formatting_sync(nil, LIMIT) end
  equal('formatted', lines():find('\n  allow s3:GetObject on sales.object("*")\n', 1, true) ~= nil, true)
  vim.cmd('silent wall')
  -- test.sh looks whether the server ends.
  vim.cmd('quitall')
end

vim.schedule(function()
  local done, message = pcall(session)
  if not done then
    fail(message)
  end
end)
