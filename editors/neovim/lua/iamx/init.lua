-- Starts `iamx lsp` for a buffer, one server for each workspace, with what the running Neovim has for it.

local M = {}

local settings = { cmd = { 'iamx', 'lsp' }, autostart = true }

-- Clients by their root, for Neovim 0.7.
local clients = {}

--- The nearest folder above a file that has an iamx.toml; without one, the file's own.
function M.root(buffer)
  local folder = vim.fn.fnamemodify(vim.api.nvim_buf_get_name(buffer), ':p:h')
  local marker = vim.fn.findfile('iamx.toml', vim.fn.escape(folder, ' ,;') .. ';')
  return marker ~= '' and vim.fn.fnamemodify(marker, ':p:h') or folder
end

local warned = false

local function is_there(command)
  if vim.fn.executable(command) == 1 then
    return true
  end
  if not warned then
    warned = true
    vim.notify(command .. " isn't on the path: `cargo install --path cli` installs it", vim.log.levels.WARN)
  end
  return false
end

-- A finding has its notes and help on further lines. Beside the code there is room for the first; the float has all.
-- Whoever says how findings are shown there, or that they aren't, is followed.
local function say_one_line(client)
  if vim.diagnostic.config().virtual_text == true then
    local function first_line(diagnostic) return vim.split(diagnostic.message, '\n')[1] end
    vim.diagnostic.config({ virtual_text = { format = first_line } }, vim.lsp.diagnostic.get_namespace(client.id))
  end
end

--- What to change: `cmd`, `autostart`, and anything that `vim.lsp.start_client` takes (`on_attach`, `capabilities`, …).
function M.setup(options)
  settings = vim.tbl_extend('force', settings, options or {})
end

--- Starts the server for a buffer, or gives it the one that runs.
function M.start(buffer)
  buffer = buffer or vim.api.nvim_get_current_buf()
  -- What isn't a file (a view of git's, a preview) has no workspace.
  if vim.bo[buffer].buftype ~= '' or vim.api.nvim_buf_get_name(buffer) == '' then
    return
  end
  if not is_there(settings.cmd[1]) then
    return
  end
  local root = M.root(buffer)
  local config = vim.tbl_extend('force', { name = 'iamx', root_dir = root }, settings)
  config.autostart = nil
  config.on_init = function(client, ...)
    say_one_line(client)
    if settings.on_init then
      settings.on_init(client, ...)
    end
  end
  if vim.lsp.start then
    vim.lsp.start(config, { bufnr = buffer })
    return
  end
  local on_exit = settings.on_exit
  config.on_exit = function(...)
    clients[root] = nil
    if on_exit then
      on_exit(...)
    end
  end
  clients[root] = clients[root] or vim.lsp.start_client(config)
  if clients[root] then
    vim.lsp.buf_attach_client(buffer, clients[root])
  end
end

--- What opening a file does.
function M.opened()
  if settings.autostart then
    M.start()
  end
end

local compiled_marks = vim.api.nvim_create_namespace('iamx_compiled')

-- The window that shows compiled documents; one is split off where there is none.
local function compiled_window(name)
  for _, window in ipairs(vim.api.nvim_tabpage_list_wins(0)) do
    if vim.api.nvim_buf_get_name(vim.api.nvim_win_get_buf(window)) == name then
      return window
    end
  end
  local from = vim.api.nvim_get_current_win()
  vim.cmd('vertical new')
  local window, buffer = vim.api.nvim_get_current_win(), vim.api.nvim_get_current_buf()
  vim.bo[buffer].buftype, vim.bo[buffer].bufhidden, vim.bo[buffer].swapfile = 'nofile', 'wipe', false
  vim.api.nvim_buf_set_name(buffer, name)
  vim.bo[buffer].filetype = 'jsonc'
  vim.api.nvim_set_current_win(from)
  return window
end

-- Documents one below the other, each below its path; what comes from the cursor's place is marked and in sight.
local function show_compiled(documents)
  local window = compiled_window('iamx://compiled')
  local buffer = vim.api.nvim_win_get_buf(window)
  local text, marked = {}, {}
  for _, document in ipairs(documents) do
    text[#text + 1] = '// ' .. document.path
    if document.range then
      for line = document.range.start.line, document.range['end'].line do
        marked[#marked + 1] = #text + line
      end
    end
    vim.list_extend(text, vim.split(document.text, '\n'))
  end
  vim.bo[buffer].modifiable = true
  vim.api.nvim_buf_set_lines(buffer, 0, -1, false, text)
  vim.bo[buffer].modifiable = false
  vim.api.nvim_buf_clear_namespace(buffer, compiled_marks, 0, -1)
  for _, line in ipairs(marked) do
    local options = { end_row = line + 1, hl_group = 'Visual', hl_eol = true }
    vim.api.nvim_buf_set_extmark(buffer, compiled_marks, line, 0, options)
  end
  vim.api.nvim_win_set_cursor(window, { (marked[1] or 0) + 1, 0 })
end

--- Shows what the item under the cursor compiles to (`:IamxCompiled`); asked again, it is shown anew in the same window.
function M.compiled()
  local get_clients = vim.lsp.get_clients or vim.lsp.get_active_clients
  for _, client in ipairs(get_clients({ name = 'iamx' })) do
    if vim.lsp.buf_is_attached(0, client.id) then
      local at = vim.lsp.util.make_position_params(0, client.offset_encoding)
      local params = { uri = at.textDocument.uri, position = at.position }
      vim.lsp.buf_request(0, 'iamx/compiled', params, function(fault, found)
        if fault then
          vim.notify(fault.message, vim.log.levels.WARN)
        elseif found then
          show_compiled(found.documents)
        end
      end)
      return
    end
  end
  vim.notify("no iamx server runs for this buffer", vim.log.levels.WARN)
end

return M
