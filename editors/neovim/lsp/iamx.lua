-- For `vim.lsp.enable('iamx')` of Neovim 0.11 and later; your own `vim.lsp.config('iamx', { … })` is laid over it.
-- The name and the root are those of `require('iamx').start`, so that a buffer never has two servers.
return {
  cmd = { 'iamx', 'lsp' },
  filetypes = { 'iamx' },
  root_dir = function(buffer, on_root)
    on_root(require('iamx').root(buffer))
  end,
}
