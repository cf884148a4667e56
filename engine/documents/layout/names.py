"""What columns are called."""

import re

NAME = re.compile(r"[^\W\d]\w*")
TEXT_NAMES = frozenset(
    {"body", "text", "comment", "content", "review", "message", "sentence", "title", "post"}
    | {"tweet", "document", "selftext", "description", "quote", "feedback", "utterance", "lyrics"}
    | {"texts", "comments", "reviews", "messages", "sentences", "titles", "posts", "tweets"}
    | {"documents", "quotes", "lines", "headline", "headlines", "full_text", "review_text"}
    | {"comment_text", "tweet_text", "reviewtext", "review_body", "clean_text"}
    | {"texte", "satz", "sätze", "kommentar", "kommentare", "nachricht", "bewertung"}
    | {"commentaire", "commentaires", "phrase", "phrases", "avis", "texto", "comentario"}
    | {"comentarios", "comentário", "frase", "testo", "commento", "recensione", "tekst"}
    | {"komentarz", "opinia", "текст", "комментарий", "отзыв", "сообщение", "предложение"}
    | {"コメント", "本文", "テキスト", "文", "评论", "內容", "内容", "文本", "评论内容"}
    | {"리뷰", "내용", "댓글"}
)
