;;; emacs.el --- A session in Emacs -*- lexical-binding: t; -*-

;; What a person does, without a screen: `emacs --batch -q -l emacs.el', in a copy of workspace/, with the package's folder in
;; $PACKAGE.  Each step waits for what it shows, for at most `limit' seconds; the first that fails ends it with code 1.

(defconst limit 10)

(package-initialize)
(unless (require 'eglot nil t)
  (error "No eglot: Emacs 29 has it, before that it is a package (Debian's elpa-eglot)"))
(add-to-list 'load-path (getenv "PACKAGE"))
(require 'iamx-mode)

(setq make-backup-files nil
      auto-save-default nil
      create-lockfiles nil
      ;; A menu is asked in the minibuffer, as after a key.
      last-nonmenu-event ?a)

(defmacro until (what condition)
  "Wait until CONDITION and return it; WHAT it waits for is told where it doesn't come."
  `(let ((end (+ (float-time) limit)) found)
     (while (and (not (setq found ,condition)) (< (float-time) end))
       (accept-process-output nil 0.01))
     (or found (error "%s: not within %s s" ,what limit))))

(defun equals (what found expected)
  "Fail where FOUND isn't EXPECTED, saying WHAT it is."
  (unless (equal found expected) (error "%s: %S, and not %S" what found expected)))

(defun has (what text)
  "Fail where the buffer hasn't TEXT, which is WHAT it should show."
  (save-excursion
    (goto-char (point-min))
    (unless (search-forward text nil t) (error "%s: no %S in %S" what text (buffer-string)))))

(defun go-to (text)
  "The cursor on the first place of TEXT."
  (goto-char (point-min))
  (goto-char (- (search-forward text) (length text))))

(defun colour (text)
  "The face of TEXT's first place."
  (save-excursion (go-to text) (get-text-property (point) 'face)))

(defun findings ()
  "What flymake shows."
  (mapcar #'flymake-diagnostic-text (flymake-diagnostics)))

(defun send-changes ()
  "Send what eglot sends after a moment without keys, which never comes here."
  (eglot--signal-textDocument/didChange))

(defun session ()
  "The session."
  (find-file "readers.iamx")
  (equals "mode" major-mode 'iamx-mode)
  (equals "comments" comment-start "// ")

  ;; Without the server: colours, indentation, comments.
  (font-lock-ensure)
  (equals "colour of role" (colour "role") 'font-lock-keyword-face)
  (equals "colour of a declared name" (colour "Reader {") 'font-lock-variable-name-face)
  (equals "colour of an action" (colour "s3:Get") 'font-lock-function-name-face)
  (equals "colour of a comment" (colour "Who reads") 'font-lock-comment-face)
  (equals "colour of a child" (colour "object") nil)
  (let ((text (buffer-string)))
    (goto-char (point-min))
    (while (re-search-forward "^ +" nil t) (replace-match ""))
    (indent-region (point-min) (point-max))
    (equals "indentation" (buffer-string) text)
    (go-to "trust")
    (comment-line 1)
    (has "commented" "\n  // trust service lambda\n")
    (forward-line -1)
    (comment-line 1)
    (equals "uncommented" (buffer-string) text))
  (set-buffer-modified-p nil)

  ;; The mistake is shown.
  (call-interactively #'eglot)
  (until "eglot" (eglot-managed-p))
  (flymake-start)
  (until "the first finding" (findings))
  (equals "findings" (length (findings)) 1)
  (unless (string-match-p "`s3` has no action `GetObjct`" (car (findings))) (error "Finding: %S" (findings)))
  (go-to "s3:GetObjct")
  (equals "where" (flymake-diagnostic-beg (car (flymake-diagnostics))) (point))

  ;; Its fix mends it.
  (cl-letf (((symbol-function 'completing-read)
             (lambda (_ offered &rest _)
               (or (seq-find (lambda (title) (string-match-p "s3:GetObject" title))
                             (mapcar (lambda (one) (if (consp one) (car one) one)) offered))
                   (error "Offered: %S" offered)))))
    (call-interactively #'eglot-code-actions))
  (has "the fix" "s3:GetObject on")
  (send-changes)
  (until "no finding any more" (null (findings)))

  ;; Hover, as eldoc shows it.
  (go-to "s3:GetObject")
  (let ((eldoc-echo-area-use-multiline-p t) shown)
    (run-hook-wrapped 'eldoc-documentation-functions
                      (lambda (function) (funcall function (lambda (text &rest _) (push text shown))) nil))
    (let ((text (until "hover" (seq-find #'stringp shown))))
      (unless (and (string-match-p "s3:GetObject" text) (string-match-p "[Rr]ead" text)) (error "Hover: %S" text))))

  ;; What an item compiles to, with the statement under the cursor.
  (go-to "s3:GetObject")
  (save-window-excursion (iamx-show-compiled))
  (with-current-buffer "*iamx compiled*"
    (has "compiled" "\"Action\": \"s3:GetObject\"")
    (equals "highlighted" (mapcar (lambda (one) (overlay-get one 'face)) (overlays-at (point))) '(highlight))
    (equals "the statement" (buffer-substring (point) (line-end-position)) "    {"))

  ;; Definition leads into the other file, which has the same server.
  (let ((readers (current-buffer)) (server (eglot-current-server)) (case-fold-search nil) buckets)
    (go-to "reports.object")
    (call-interactively #'xref-find-definitions)
    (until "definition" (equal (file-name-nondirectory (or buffer-file-name "")) "buckets.iamx"))
    (setq buckets (current-buffer))
    (equals "line of the definition" (buffer-substring (line-beginning-position) (line-end-position))
            "resource reports: s3.bucket(\"acme-prod-reports\")")
    (until "the server of the second file" (eglot-managed-p))
    (equals "server" (eglot-current-server) server)

    ;; Renaming changes both files.
    (go-to "reports:")
    (cl-letf (((symbol-function 'y-or-n-p) #'always))
      (eglot-rename "sales"))
    (has "renamed here" "resource sales: s3")
    (set-buffer readers)
    (has "renamed there" "use buckets.sales")
    (equals "each use" (how-many "\\_<sales\\_>" (point-min) (point-max)) 3)
    (equals "none left" (how-many "reports" (point-min) (point-max)) 0)

    ;; Formatting.
    (eglot-format-buffer)
    (has "formatted" "\n  allow s3:GetObject on sales.object(\"*\")\n")
    (save-some-buffers t)
    (message "emacs: %s, eglot: passed" emacs-version)
    (kill-emacs 0)))

(condition-case fault
    (session)
  (error (message "emacs: %s" (error-message-string fault))
         (kill-emacs 1)))
;;; emacs.el ends here
