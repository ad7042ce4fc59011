;;; iamx-mode.el --- AWS IAM access in iamx -*- lexical-binding: t; -*-

;; Version: 0.1.0
;; Package-Requires: ((emacs "28.2"))
;; Keywords: languages, tools
;; SPDX-License-Identifier: MIT OR Apache-2.0

;;; Commentary:

;; Colours, comments and indentation of `.iamx' files, and the language server `iamx lsp' for eglot: findings with their
;; fixes, hover, definitions, references, renaming, formatting.  Emacs 29 comes with eglot; before, it is a package.

;;; Code:

(require 'cl-lib)
(require 'project)

(defgroup iamx nil
  "AWS IAM access in iamx."
  :group 'languages)

(defcustom iamx-indent-offset 2
  "How many blanks a bracket indents.  `iamx fmt' writes two."
  :type 'natnum
  :safe #'natnump)

(defcustom iamx-server-command '("iamx" "lsp")
  "The language server and its arguments."
  :type '(repeat string)
  :risky t)

;; The keywords are those of compiler/syntax/src/kind.rs: tests/tests/editors.rs compares.
(defconst iamx-keywords
  '("use" "param" "let" "for" "organization" "account" "account-policy" "resource" "extern" "policy" "role" "user"
    "group" "boundary" "session-policy" "oidc" "saml" "permission-set" "scp" "rcp" "grant" "test" "invariant" "open"
    "within" "trust" "attach" "detach" "session" "instance-profile" "tags" "members" "console" "access-key" "audience"
    "metadata" "assign" "ou" "given" "allow" "deny" "if" "include" "raw" "unchecked" "on" "to" "when" "unless" "until"
    "only" "with" "service" "root" "arn" "canonical" "anonymous" "exists" "principal" "claim" "any" "all" "not" "and"
    "or" "in" "like" "is" "except" "as" "can" "cannot" "using" "no" "true" "false" "absent")
  "Words that are never names.")

(defconst iamx-contextual-keywords
  '("management" "named" "path" "region" "encrypted-by" "rotate" "aws" "terraform" "cloudformation" "one" "outside" "at"
    "most" "escalate" "privileges" "always" "assume")
  "Words that are keywords where the grammar asks for them, and names elsewhere.")

(defvar iamx-mode-syntax-table
  (let ((table (make-syntax-table)))
    (modify-syntax-entry ?/ ". 12" table)
    (modify-syntax-entry ?\n ">" table)
    (modify-syntax-entry ?\" "\"" table)
    (modify-syntax-entry ?\\ "\\" table)
    ;; `from-networks' is one name, and its parts are words to move over.
    (modify-syntax-entry ?- "_" table)
    (modify-syntax-entry ?_ "_" table)
    (modify-syntax-entry ?* "." table)
    (modify-syntax-entry ?' "." table)
    table)
  "Syntax of iamx.")

(defvar iamx-font-lock-keywords
  `(;; `s3:GetObject', `aws:PrincipalTag/team', `s3:@read', `@write', the `s3:' of `s3:{Get*, Put*}'.
    ("\\_<[[:alpha:]_][[:alnum:]_.-]*:\\(?:{\\|[[:alnum:]_*?-][[:alnum:]_.*?/:-]*\\)" . font-lock-function-name-face)
    ("\\(?:\\_<[[:alpha:]_][[:alnum:]_-]*:\\)?@[[:alpha:]_][[:alnum:]_-]*" . font-lock-function-name-face)
    ;; `ReadReports: allow …'
    ("^[ \t]*\\([[:alnum:]_-]+\\):[ \t]" 1 font-lock-constant-face)
    ("#[[:alnum:]_-]*" . font-lock-preprocessor-face)
    ;; The name that an item declares.
    (,(concat "^[ \t]*" (regexp-opt '("let" "param" "account" "account-policy" "organization" "ou" "resource" "extern"
                                      "policy" "role" "user" "group" "boundary" "session-policy" "oidc" "saml"
                                      "permission-set" "scp" "rcp")
                                    'symbols)
              "[ \t]+\\(\\_<[[:alpha:]_][[:alnum:]_-]*\\)")
     2 font-lock-variable-name-face)
    ;; What stands after a dot is a child or a member, and no keyword.
    (,(concat "\\(?:^\\|[^.]\\)" (regexp-opt (append iamx-keywords iamx-contextual-keywords) 'symbols))
     1 font-lock-keyword-face))
  "What `iamx-mode' colours.")

(defconst iamx--clause "[ \t]*\\(?:on\\|to\\|when\\|unless\\|until\\|only\\)\\_>"
  "What goes on with a statement.")

(defconst iamx--head "[ \t]*\\(?:region\\|encrypted-by\\|named\\|path\\)\\_>"
  "What goes on with the head of an item.")

(defun iamx--indentation ()
  "How far in the line stands, by its beginning and the brackets around it.
`iamx fmt' has the last word."
  (save-excursion
    (beginning-of-line)
    (let ((closes (looking-at-p "[ \t]*[])}]"))
          (clause (looking-at-p iamx--clause))
          (head (looking-at-p iamx--head))
          (open (nth 1 (syntax-ppss)))
          (step iamx-indent-offset))
      (if (not open)
          (cond (head (* 2 step)) (clause step) (t 0))
        (goto-char open)
        (let ((of-actions (eq (char-before) ?:)) (indentation (current-indentation)))
          (beginning-of-line)
          (cond
           ((looking-at-p iamx--head)
            (setq indentation (max 0 (- indentation (* 2 step)))))
           ;; Actions in braces are a part of their statement, and stand further in than its clauses.
           ((and of-actions (not (looking-at-p "[ \t]*[^ \t\n]*:{")))
            (setq indentation (+ indentation step) clause nil)))
          (cond (closes indentation)
                (clause (+ indentation (* 2 step)))
                (t (+ indentation step))))))))

(defun iamx-indent-line ()
  "Indent a line, and keep the cursor where it is in its text."
  (interactive)
  (let ((column (iamx--indentation)))
    (if (<= (current-column) (current-indentation))
        (indent-line-to column)
      (save-excursion (indent-line-to column)))))

;;;###autoload
(define-derived-mode iamx-mode prog-mode "iamx"
  "Major mode for iamx, which compiles to AWS IAM policies."
  (setq-local comment-start "// "
              comment-end ""
              comment-start-skip "///?[ \t]*"
              indent-line-function #'iamx-indent-line
              indent-tabs-mode nil
              tab-width 2
              electric-indent-chars (append "})]" electric-indent-chars)
              font-lock-defaults '(iamx-font-lock-keywords)))

;;;###autoload
(add-to-list 'auto-mode-alist '("\\.iamx\\'" . iamx-mode))

(defun iamx-server (&rest _)
  "The server for eglot, as `iamx-server-command' has it now."
  iamx-server-command)

;; A workspace is the folder with an iamx.toml, wherever the repository begins.
(defun iamx-project (directory)
  "The workspace of DIRECTORY as a project, for iamx's own buffers."
  (when (derived-mode-p 'iamx-mode)
    (let ((root (locate-dominating-file directory "iamx.toml")))
      (and root (list 'iamx (file-name-as-directory (expand-file-name root)))))))

(cl-defmethod project-root ((project (head iamx)))
  "The folder of PROJECT's iamx.toml."
  (nth 1 project))

(add-hook 'project-find-functions #'iamx-project)

(defvar eglot-server-programs)
(with-eval-after-load 'eglot
  (add-to-list 'eglot-server-programs '(iamx-mode . iamx-server)))

(declare-function eglot-current-server "eglot")
(declare-function eglot--TextDocumentPositionParams "eglot")
(declare-function jsonrpc-request "jsonrpc")

(defun iamx-show-compiled ()
  "Show what the item at point compiles to, the statement at point highlighted.
Called again, it shows it anew."
  (interactive)
  (unless (and (fboundp 'eglot-current-server) (eglot-current-server))
    (user-error "No server runs for this buffer: M-x eglot"))
  (let* ((at (eglot--TextDocumentPositionParams))
         (found (jsonrpc-request (eglot-current-server) :iamx/compiled
                                 (list :uri (plist-get (plist-get at :textDocument) :uri)
                                       :position (plist-get at :position))))
         first)
    (with-current-buffer (get-buffer-create "*iamx compiled*")
      (let ((inhibit-read-only t))
        (remove-overlays)
        (erase-buffer)
        (seq-doseq (document (plist-get found :documents))
          (insert "// " (plist-get document :path) "\n")
          (let ((start (point)) (range (plist-get document :range)))
            (insert (plist-get document :text) "\n")
            (when range
              (let ((place (lambda (end)
                             (save-excursion
                               (goto-char start)
                               (forward-line (plist-get (plist-get range end) :line))
                               (if (eq end :start) (point) (line-end-position))))))
                (setq first (or first (funcall place :start)))
                (overlay-put (make-overlay (funcall place :start) (funcall place :end)) 'face 'highlight))))))
      (special-mode)
      (goto-char (or first (point-min)))
      (let ((window (display-buffer (current-buffer))))
        (when window (set-window-point window (point)))))))

(provide 'iamx-mode)
;;; iamx-mode.el ends here
