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

return M
