autocmd BufRead,BufNewFile *.iamx setfiletype iamx
