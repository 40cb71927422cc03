-- The ten exchange days from 2018-02-01.
select session from api.sessions where session >= '2018-02-01' order by session limit 10;
